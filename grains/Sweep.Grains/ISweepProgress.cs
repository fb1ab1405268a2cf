namespace Sweep.Grains;

/// <summary>
/// The calls that a sweep receives from inside the cluster. The key is the sweep's id, and the grain is the one behind
/// <see cref="Contracts.ISweepGrain"/>.
/// </summary>
[Alias("sweep.ISweepProgress")]
public interface ISweepProgress : IGrainWithIntegerKey
{
    /// <summary>Has the sweep read its rows soon, because a trial is over or all of them may be.</summary>
    [Alias("TrialEnded")]
    Task TrialEnded();
}
