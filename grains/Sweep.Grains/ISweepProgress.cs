using Orleans.Concurrency;
using Sweep.Domain.Stopping;

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

    /// <summary>
    /// Judges a trial at the end of an epoch by the rules that compare it with others. The trial's epochs must be stored before the call. A
    /// judgement is stored before it is answered, so that it is the same each time.
    /// </summary>
    [Alias("Judge"), AlwaysInterleave]
    Task<RungReply> Judge(int number, int epoch);
}

/// <summary>The answer to a worker that has a trial judged.</summary>
/// <param name="Reason">The judgement in words.</param>
[GenerateSerializer, Immutable, Alias("sweep.RungReply")]
public sealed record RungReply([property: Id(0)] RungVerdict Verdict, [property: Id(1)] string Reason);
