using Sweep.Client.Output;
using Sweep.Client.Tables;
using Sweep.Domain.Reports;
using Sweep.Domain.Trials;

namespace Sweep.Client.Reports.Tables;

/// <summary>One row for each trial on the Pareto front of each metric and each cost, the cheapest first.</summary>
internal static class FrontTable
{
    public static OutputTable Of(SweepReport report)
    {
        var varying = report.Spec.Parameters.Varying;
        if (report.Reported is not null)
            return OfProgram(report, varying);
        return new(
        [
            new("metric", "metric"),
            new("cost", "cost"),
            OutputColumn.Number("number", "trial"),
            .. ParameterCell.Columns(report.Spec.Parameters, varying),
            OutputColumn.Number("train_seconds", "train time", Quantities.Seconds),
            OutputColumn.Number("model_bytes", "size", Quantities.Bytes),
            OutputColumn.Number("macs", "MACs", Quantities.Count),
            OutputColumn.Number("val_loss", "val loss", Quantities.Metric),
            OutputColumn.Number("val_accuracy", "accuracy", Quantities.Percent),
        ],
        [
            .. from front in report.Fronts
               from trial in front.Trials
               select (IReadOnlyList<object?>)
               [
                   PlainText.Of(front.Metric), Name(front.Cost), trial.Number, .. ParameterCell.Row(trial.Parameters, varying),
                   trial.Result!.TrainSeconds, trial.Result.ModelBytes, trial.Result.Macs, trial.Best?.Model?.ValLoss,
                   trial.Best?.Model?.ValAccuracy,
               ],
        ]);
    }

    private static OutputTable OfProgram(SweepReport report, IReadOnlyList<string> varying)
    {
        var metric = report.Spec.Objective.Metric;
        return new(
        [
            OutputColumn.Number("number", "trial"),
            .. ParameterCell.Columns(report.Spec.Parameters, varying),
            OutputColumn.Number("train_seconds", "time", Quantities.Seconds),
            OutputColumn.Number(metric.Name, metric.Name, Quantities.Metric),
        ],
        [
            .. report.Fronts.SelectMany(front => front.Trials).Select(trial => (IReadOnlyList<object?>)
                [trial.Number, .. ParameterCell.Row(trial.Parameters, varying), trial.TrainSeconds, trial.BestValue]),
        ]);
    }

    private static string Name(TrialCost cost) => cost switch
    {
        TrialCost.TrainSeconds => "training time",
        TrialCost.ModelBytes => "size",
        TrialCost.Macs => "multiply-accumulates",
        _ => throw new ArgumentOutOfRangeException(nameof(cost), cost, null),
    };
}
