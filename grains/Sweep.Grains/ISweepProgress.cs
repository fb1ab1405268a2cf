namespace Sweep.Grains;

/// <summary>What a sweep hears from inside the cluster; the key is the sweep's id, the grain is the one behind <see cref="Contracts.ISweepGrain"/>.</summary>
[Alias("sweep.ISweepProgress")]
public interface ISweepProgress : IGrainWithIntegerKey
{
    /// <summary>A trial is over, or all may be: the sweep looks at its rows soon.</summary>
    [Alias("TrialEnded")]
    Task TrialEnded();
}
