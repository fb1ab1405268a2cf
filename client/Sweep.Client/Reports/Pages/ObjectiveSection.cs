using System.Globalization;
using Sweep.Client.Output;
using Sweep.Client.Reports.Tables;
using Sweep.Domain.Reports;

namespace Sweep.Client.Reports.Pages;

/// <summary>The section on the front of several objectives; a sweep with one has none.</summary>
internal static class ObjectiveSection
{
    public static ReportSection? Of(SweepReport report)
    {
        if (report.Objectives is not { Front.Count: > 0 } objectives)
            return null;
        var table = ObjectiveTable.Of(report, objectives);
        var axes = objectives.Objectives.Take(2).Select(objective => PlainText.Of(objective.Metric)).ToList();
        return new(
            "front",
            "The front",
            [
                new ReportBlock.Figure(
                    "front",
                    $"Each dot is a {(report.HasReplicates ? "point" : "trial")} by {axes[0]} and {axes[1]}; the line joins those that no "
                    + "other one beats in all objectives. Beside it the share of the space between the best and 1.1 times the worst values "
                    + "that the front dominates (its hypervolume), as trials ended."
                    + (report.Points.Count > ReportData.MostDots
                        ? string.Create(CultureInfo.InvariantCulture, $" The first {ReportData.MostDots:#,0} by rank.")
                        : "")),
                new ReportBlock.Paragraph(
                    $"Rank 1 is the front: no other {(report.HasReplicates ? "point" : "trial")} is at least as good in all objectives and "
                    + "better in one. Rank 2 is the front without those of rank 1, and so on (Deb et al., 2002)."),
                new ReportBlock.Rows("The front", table with { Rows = [.. table.Rows.Take(ReportSections.MostRows)] }),
            ]);
    }
}
