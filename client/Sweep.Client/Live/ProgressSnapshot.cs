using Sweep.Domain.Reports;
using Sweep.Domain.Trials;
using Sweep.Storage.Reading;

namespace Sweep.Client.Live;

/// <summary>A sweep at one moment.</summary>
/// <param name="Since">The time for which the sweep has been watched.</param>
/// <param name="Running">The trials that run, with their newest epoch.</param>
/// <param name="Finished">The trials that are over; null when they were not read.</param>
/// <param name="Waiting">The reason why no trial runs although some wait; null when one runs, or all slots are busy.</param>
/// <param name="Best">The best trial so far, with its epochs.</param>
/// <param name="BestPoint">
/// Where points have several seeds, the trial with which the point begins that has the best mean of at least two, and this mean.
/// </param>
/// <param name="Failures">The trials that failed last, the newest first.</param>
/// <param name="Rungs">What stopping rules decided so far, by epoch.</param>
/// <param name="Front">With several objectives the trials with which the points on the front begin; null with one.</param>
/// <param name="Search">What the search and held trials wait for; null where nothing is proposed or judged while it runs.</param>
/// <param name="Open">The trial that the view shows alone; null for none.</param>
internal sealed record ProgressSnapshot(
    TimeSpan Since, SweepOverview Sweep, IReadOnlyList<TrialSummary> Running, IReadOnlyList<TrialSummary>? Finished, string? Waiting = null,
    TrialCurve? Best = null, (TrialSummary First, Spread Objective)? BestPoint = null, IReadOnlyList<TrialSummary>? Failures = null,
    TrialHistory? Open = null, IReadOnlyList<Rung>? Rungs = null, IReadOnlyList<int>? Front = null,
    SearchProgress? Search = null)
{
    public int Over => Sweep.Succeeded + Sweep.Failed + Sweep.Cancelled + Sweep.Stopped;

    /// <summary>The epochs that all trials together have trained, with the parts of those that run.</summary>
    public double EpochsTrained => Sweep.EpochsDone + Running.Sum(trial => trial.EpochsTrained - trial.EpochsDone);

    /// <summary>The epochs of all trials together; null where a program says no limit.</summary>
    public long? EpochsTotal => Sweep.Spec.HasEpochLimit ? Sweep.EpochsTotal : null;

    /// <summary>The share of the sweep that is done: of its epochs or, where a program says no limit of these, of its trials.</summary>
    public double Share => !Sweep.Spec.HasEpochLimit ? Over / (double)Math.Max(1, Sweep.Trials)
        : Sweep.EpochsTotal == 0 ? 0 : Math.Clamp(EpochsTrained / Sweep.EpochsTotal, 0, 1);

    /// <summary>What a program has reported so far, the objective first; null where the built-in model trains.</summary>
    public IReadOnlyList<Metric>? Reported => ReportedMetrics.Of(Sweep.Spec, Best is null ? Running : [.. Running, Best.Trial]);

    public IReadOnlyList<string> Varying => Sweep.Spec.Parameters.Varying;
}

/// <summary>A trial with its epochs, in order.</summary>
internal sealed record TrialCurve(TrialSummary Trial, IReadOnlyList<EpochReport> Epochs)
{
    /// <summary>The value at each epoch; NaN where the epoch has none.</summary>
    public IReadOnlyList<double> Values(Metric metric) => [.. Epochs.Select(epoch => epoch.Find(metric) ?? double.NaN)];
}

/// <summary>A trial with its epochs, its events, and the last lines of its log.</summary>
internal sealed record TrialHistory(TrialCurve Curve, IReadOnlyList<TrialEvent> Events, IReadOnlyList<LogEntry> Log);
