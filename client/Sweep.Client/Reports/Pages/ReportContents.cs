using Sweep.Client.Clusters;
using Sweep.Domain.Reports;
using Sweep.Domain.Sweeps;
using Sweep.Storage.Reading;

namespace Sweep.Client.Reports.Pages;

/// <summary>Everything that a page about a sweep shows, as read from the database.</summary>
/// <param name="Text">Facts about the sweep's text; null when the text is no longer stored, and where a program trains.</param>
/// <param name="Curves">The epochs of <see cref="CurveTrials"/>.</param>
/// <param name="Rungs">What stopping rules decided, by epoch.</param>
/// <param name="Replay">What stopping rules would have saved; null where that cannot be told, or would take too long.</param>
/// <param name="Proposers">What proposed the trials.</param>
/// <param name="Comparison">The comparison with another sweep; null when none was asked for.</param>
internal sealed record ReportContents(
    SweepOverview Sweep,
    SweepReport Report,
    DatasetFacts? Text,
    IReadOnlyList<CurvePoint> Curves,
    IReadOnlyList<EventCount> Events,
    IReadOnlyList<AttemptPlace> Places,
    SweepComparison? Comparison,
    string ServerVersion,
    DateTimeOffset MadeAt,
    IReadOnlyList<Rung> Rungs,
    ReplayReport? Replay = null,
    IReadOnlyList<Proposer>? Proposers = null)
{
    /// <summary>The greatest number of learning curves that are drawn.</summary>
    public const int MostCurves = 12;

    /// <summary>The greatest number of points of one curve; an eye could not separate more.</summary>
    public const int MostPoints = 200;

    public static async Task<ReportContents> ReadAsync(
        Cluster cluster,
        SweepOverview sweep,
        SweepReport report,
        SweepComparison? comparison,
        DateTimeOffset now,
        CancellationToken cancellation) => new(
        sweep,
        report,
        sweep.Spec.Program is null ? await cluster.Reports.DatasetAsync(sweep.Spec.Dataset.Sha256, cancellation) : null,
        await cluster.Reports.CurvesAsync(sweep.Id, CurveTrials(report).Select(trial => trial.Number), MostPoints, cancellation),
        await cluster.Reports.EventsAsync(sweep.Id, cancellation),
        await cluster.Reports.PlacesAsync(sweep.Id, cancellation),
        comparison,
        await cluster.Reports.ServerVersionAsync(cancellation),
        now,
        await cluster.Reader.RungsAsync(sweep.Id, cancellation),
        await ReplayAsync(cluster, sweep, report, cancellation),
        await cluster.Search.ProposersAsync(sweep.Id, cancellation));

    private static async Task<ReplayReport?> ReplayAsync(
        Cluster cluster, SweepOverview sweep, SweepReport report, CancellationToken cancellation)
    {
        var longest = report.Rows.Select(row => row.MostEpochs).DefaultIfEmpty().Max();
        var orders = ReplayReport.OrdersForPage(report.Rows.Count, longest);
        if (sweep.State is SweepState.Running or SweepState.Paused || orders == 0 || ReplayCurves.Problem(sweep, report.Rows) is not null)
            return null;
        var rules = ReplayReport.Usual(longest);
        return rules.Count == 0 ? null : ReplayReport.Of(
            sweep.Spec, await ReplayCurves.ReadAsync(cluster, sweep, report.Rows, cancellation), rules, orders);
    }

    /// <summary>The best trials that have epochs; trials that have not finished come after those that have.</summary>
    public static IEnumerable<TrialSummary> CurveTrials(SweepReport report) =>
        report.Rows.Where(row => row.EpochsDone > 0).Take(MostCurves);
}
