using Sweep.Client.Output;
using Sweep.Client.Tables;
using Sweep.Domain.Reports;
using Sweep.Domain.Trials;

namespace Sweep.Client.Reports.Tables;

/// <summary>One row for each point of the search space: the means over its trials, which differ in their seed alone.</summary>
internal static class PointTable
{
    /// <summary>Numbers of the built-in model's last epoch, of which published numbers mostly are.</summary>
    private static readonly (string Name, Func<TrialSummary, double?> Read)[] Last =
    [
        ("last_train_loss", trial => trial.Last?.Model?.TrainLoss),
        ("last_val_loss", trial => trial.Last?.Model?.ValLoss),
        ("last_val_accuracy", trial => trial.Last?.Model?.ValAccuracy),
    ];

    public static OutputTable Of(SweepReport report)
    {
        var (varying, metric) = (report.Spec.Parameters.VaryingWithoutSeed, report.Spec.Objective.Metric);
        var measures = report.Measures.Skip(1).Select(influence => influence.Measure).ToList();
        var format = MeasureFormat.Of(report, metric.Name);
        (string Name, Func<TrialSummary, double?> Read)[] last = report.Reported is null
            ? Last
            : [($"last_{metric.Name}", trial => trial.Last?.Find(metric))];
        return new(
        [
            OutputColumn.Number("rank", "rank"),
            .. ParameterCell.Columns(report.Spec.Parameters, varying),
            OutputColumn.Number("trials", "trials"),
            OutputColumn.Number("succeeded", "suc-\nceeded", dispensable: true),
            OutputColumn.Number(metric.Name, $"mean\n{PlainText.Of(metric)}", format),
            OutputColumn.Number("deviation", "devi-\nation", format),
            OutputColumn.Number("low", "95 %\nfrom", format),
            OutputColumn.Number("high", "\nto", format),
            .. last.Select(column => OutputColumn.Number(
                column.Name, column.Name.Replace('_', '\n'), report.Reported is null ? MeasureFormat.Of(column.Name) : format,
                dispensable: true)),
            .. measures.Select((measure, index) => OutputColumn.Number(
                measure.Name, MeasureFormat.Title(report, measure.Name), MeasureFormat.Of(report, measure.Name), dispensable: index > 2)),
        ],
        [
            .. report.Points.Select(point => (IReadOnlyList<object?>)
            [
                point.Rank,
                .. ParameterCell.Row(point.Parameters, varying),
                point.Trials.Count,
                point.Succeeded.Count(),
                point.Objective?.Mean,
                point.Objective?.Deviation,
                point.Objective?.Low,
                point.Objective?.High,
                .. last.Select(column => (object?)point.Of(column.Read)?.Mean),
                .. measures.Select(measure => (object?)point.Of(measure.Read)?.Mean),
            ]),
        ]);
    }
}
