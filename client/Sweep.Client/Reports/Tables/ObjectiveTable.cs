using Sweep.Client.Output;
using Sweep.Client.Tables;
using Sweep.Domain.Reports;

namespace Sweep.Client.Reports.Tables;

/// <summary>One row for each point on the front of several objectives, with the value of each, the best by the first one first.</summary>
internal static class ObjectiveTable
{
    public static OutputTable Of(SweepReport report, ReportObjectives objectives)
    {
        var varying = report.Spec.Parameters.VaryingWithoutSeed;
        return new(
        [
            OutputColumn.Number("number", "trial on\nthe front"),
            .. report.HasReplicates ? [OutputColumn.Number("trials", "trials")] : Array.Empty<OutputColumn>(),
            .. ParameterCell.Columns(report.Spec.Parameters, varying),
            .. objectives.Objectives.Select(objective => OutputColumn.Number(
                objective.Metric.Name, objective.Metric.Name.Replace('_', '\n'), MeasureFormat.Of(objective.Metric.Name))),
        ],
        [
            .. objectives.Front.Select(point => (IReadOnlyList<object?>)
            [
                point.Trials[0].Number,
                .. report.HasReplicates ? [point.Succeeded.Count()] : Array.Empty<object?>(),
                .. ParameterCell.Row(point.Parameters, varying),
                .. point.Values!.Select(value => (object?)value),
            ]),
        ]);
    }
}
