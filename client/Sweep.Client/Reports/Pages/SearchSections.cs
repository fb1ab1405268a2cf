using System.Globalization;
using Sweep.Client.Reports.Tables;
using Sweep.Client.Tables;
using Sweep.Domain.Reports;
using Sweep.Domain.Search;

namespace Sweep.Client.Reports.Pages;

/// <summary>The sections of the report on how the search went, and on what stopping rules would have saved.</summary>
internal static class SearchSections
{
    /// <summary>A grid tries its points in the order of the file, so its best value so far says nothing.</summary>
    public static bool HasSearch(ReportContents contents) =>
        (contents.Sweep.Spec.Method.Kind != MethodKind.Grid || contents.Sweep.Spec.Stop is not null)
        && contents.Report.Rows.Any(row => row.BestValue is not null);

    public static ReportSection? Search(ReportContents contents) => !HasSearch(contents) ? null : new(
        "search",
        "How the search went",
        [
            new ReportBlock.Figure(
                "best",
                "The line is the best value so far in the order of the trials' numbers, and each dot is a trial. Epochs spent are those of "
                + "the trial and of all before it."
                + (contents.Proposers?.Any(proposer => proposer.Starts.Count > 0) == true
                    ? " Hollow dots were proposed before the method had outcomes to learn from."
                    : "")
                + (contents.Report.Rows.Count > SearchData.MostDots
                    ? Invariant($" About {SearchData.MostDots:#,0} of {contents.Report.Rows.Count:#,0} trials have dots.")
                    : "")),
            .. contents.Proposers is { Count: > 0 } proposers
                ? [new ReportBlock.Rows("What proposed the trials", SearchTables.Proposers(proposers))]
                : Array.Empty<ReportBlock>(),
        ]);

    public static ReportSection? Replay(ReportContents contents) => contents.Replay is not { } replay ? null : new(
        "replay",
        "What stopping rules would have saved",
        [
            new ReportBlock.Figure(
                "replay",
                "Each dot is a stopping rule: the epochs that all trials would have trained, and by how much the best value would have "
                + "been worse (the regret). "
                + (replay.Orders == 1 ? "One order" : Invariant($"Means over {replay.Orders:#,0} orders"))
                + $" of the trials; sweep replay {contents.Sweep.Name} --all has more. Nothing was trained for it."),
            new ReportBlock.Paragraph(
                Invariant($"Without a rule: {replay.Epochs:#,0} epochs. ")
                + (replay.Cheapest is { } cheapest
                    ? Invariant($"Cheapest without regret in {ReplayReport.Wanted * 100:0} % of the orders: ")
                        + Invariant($"stop: {ReplayTable.Text(cheapest.Rule)}, {cheapest.Epochs:#,0} epochs.")
                    : Invariant($"No rule is without regret in {ReplayReport.Wanted * 100:0} % of the orders."))),
            new ReportBlock.Rows("Stopping rules on the stored curves", ReplayTable.Of(replay)),
        ]);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
