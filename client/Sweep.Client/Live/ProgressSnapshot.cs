using Sweep.Domain.Sweeps;
using Sweep.Storage.Reading;

namespace Sweep.Client.Live;

/// <summary>A sweep at one moment.</summary>
/// <param name="Since">How long it has been watched.</param>
/// <param name="Running">The trials that run, with their newest epoch.</param>
/// <param name="Finished">The trials that are over; null where nobody asked for them.</param>
/// <param name="Waiting">Why nothing runs although trials wait; null when something does, or the slots are only busy.</param>
internal sealed record ProgressSnapshot(
    TimeSpan Since, SweepOverview Sweep, IReadOnlyList<TrialSummary> Running, IReadOnlyList<TrialSummary>? Finished, string? Waiting = null)
{
    public int Over => Sweep.Succeeded + Sweep.Failed + Sweep.Cancelled;

    public IReadOnlyList<string> Varying => Sweep.Spec.Parameters.Varying;
}
