using Sweep.Client.Output;
using Sweep.Client.Tables;
using Sweep.Domain.Reports;
using Sweep.Domain.Trials;

namespace Sweep.Client.Reports.Tables;

/// <summary>One row for each trial on the Pareto front of the objective and each cost, the cheapest first.</summary>
internal static class FrontTable
{
    public static OutputTable Of(SweepReport report)
    {
        var (varying, metric) = (report.Spec.Parameters.Varying, report.Spec.Objective.Metric);
        return new(
        [
            new("cost", "cost"),
            OutputColumn.Number("number", "trial"),
            .. varying.Select(ParameterCell.Column),
            OutputColumn.Number("train_seconds", "train time", Quantities.Seconds),
            OutputColumn.Number("model_bytes", "size", Quantities.Bytes),
            OutputColumn.Number("macs", "MACs", Quantities.Count),
            OutputColumn.Number(
                "objective", PlainText.Of(metric), BuiltInMetrics.Catalog.Of(metric).IsShare ? Quantities.Percent : Quantities.Loss),
        ],
        [
            .. from front in report.Fronts
               where front.Metric == metric
               from trial in front.Trials
               select (IReadOnlyList<object?>)
               [
                   Name(front.Cost), trial.Number, .. ParameterCell.Row(trial.Parameters, varying),
                   trial.Result!.TrainSeconds, trial.Result.ModelBytes, trial.Result.Macs, trial.BestValue,
               ],
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
