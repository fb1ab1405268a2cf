using Sweep.Domain.Reports;
using Sweep.Domain.Trials;
using Sweep.Storage.Reading;

namespace Sweep.Client.Live;

/// <summary>A sweep at one moment.</summary>
/// <param name="Since">How long it has been watched.</param>
/// <param name="Running">The trials that run, with their newest epoch.</param>
/// <param name="Finished">The trials that are over; null where nobody asked for them.</param>
/// <param name="Waiting">Why nothing runs although trials wait; null when something does, or the slots are only busy.</param>
/// <param name="Best">The best trial so far, with its epochs.</param>
/// <param name="Failures">The trials that failed last, the newest first.</param>
/// <param name="Open">The trial that the view shows alone.</param>
internal sealed record ProgressSnapshot(
    TimeSpan Since, SweepOverview Sweep, IReadOnlyList<TrialSummary> Running, IReadOnlyList<TrialSummary>? Finished, string? Waiting = null,
    TrialCurve? Best = null, IReadOnlyList<TrialSummary>? Failures = null, TrialHistory? Open = null)
{
    public int Over => Sweep.Succeeded + Sweep.Failed + Sweep.Cancelled;

    public IReadOnlyList<string> Varying => Sweep.Spec.Parameters.Varying;
}

/// <param name="Epochs">In their order.</param>
internal sealed record TrialCurve(TrialSummary Trial, IReadOnlyList<EpochMetrics> Epochs)
{
    public IReadOnlyList<double> Values(Metric metric) => [.. Epochs.Select(epoch => epoch.Value(metric))];
}

/// <param name="Log">What its trainer wrote, the last lines.</param>
internal sealed record TrialHistory(TrialCurve Curve, IReadOnlyList<TrialEvent> Events, IReadOnlyList<LogEntry> Log);
