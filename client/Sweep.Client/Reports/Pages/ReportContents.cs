using Sweep.Client.Clusters;
using Sweep.Domain.Reports;
using Sweep.Domain.Trials;
using Sweep.Storage.Reading;

namespace Sweep.Client.Reports.Pages;

/// <summary>All that a page about a sweep says, as read from the database.</summary>
/// <param name="Text">Null of a text that is no longer stored.</param>
/// <param name="Curves">Epochs of <see cref="CurveTrials"/>.</param>
/// <param name="Comparison">The other sweep beside this one; null without one.</param>
internal sealed record ReportContents(
    SweepOverview Sweep,
    SweepReport Report,
    DatasetFacts? Text,
    IReadOnlyList<(int Number, EpochMetrics Metrics)> Curves,
    IReadOnlyList<EventCount> Events,
    IReadOnlyList<AttemptPlace> Places,
    SweepComparison? Comparison,
    string ServerVersion,
    DateTimeOffset MadeAt)
{
    /// <summary>Learning curves that are drawn.</summary>
    public const int MostCurves = 12;

    /// <summary>Points of one curve; more would not be told apart.</summary>
    public const int MostPoints = 200;

    public static async Task<ReportContents> ReadAsync(
        Cluster cluster, SweepOverview sweep, SweepReport report, SweepComparison? comparison, DateTimeOffset now, CancellationToken cancellation) => new(
        sweep,
        report,
        await cluster.Reports.DatasetAsync(sweep.Spec.Dataset.Sha256, cancellation),
        await cluster.Reports.CurvesAsync(sweep.Id, CurveTrials(report).Select(trial => trial.Number), MostPoints, cancellation),
        await cluster.Reports.EventsAsync(sweep.Id, cancellation),
        await cluster.Reports.PlacesAsync(sweep.Id, cancellation),
        comparison,
        await cluster.Reports.ServerVersionAsync(cancellation),
        now);

    /// <summary>The best trials that have epochs; those that have not finished count after those that have.</summary>
    public static IEnumerable<TrialSummary> CurveTrials(SweepReport report) => report.Rows.Where(row => row.EpochsDone > 0).Take(MostCurves);
}
