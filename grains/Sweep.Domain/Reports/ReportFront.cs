using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Reports;

/// <summary>
/// What a trial costs: seconds of training, bytes of the parameters, or multiply-accumulates of a forward pass for one window.
/// </summary>
public enum TrialCost { TrainSeconds, ModelBytes, Macs }

/// <summary>The succeeded trials that no other one beats in both the metric and one kind of cost: see <see cref="ParetoFront"/>.</summary>
/// <param name="Metric">The metric, read at each trial's best epoch.</param>
/// <param name="Trials">The cheapest first.</param>
public sealed record ReportFront(Metric Metric, TrialCost Cost, IReadOnlyList<TrialSummary> Trials)
{
    /// <summary>
    /// The fronts of the objective, and of loss and accuracy whatever the objective is; of a program that of the objective and its time.
    /// </summary>
    internal static IReadOnlyList<ReportFront> Of(SweepSpec spec, IReadOnlyList<TrialSummary> trials)
    {
        var objective = spec.Objective;
        if (spec.Program is not null)
        {
            var timed = trials.Where(trial => SweepReport.HasSucceeded(trial) && trial.TrainSeconds is not null).ToList();
            return
            [
                new(
                    objective.Metric,
                    TrialCost.TrainSeconds,
                    ParetoFront.Of(timed, trial => trial.TrainSeconds!.Value, trial => objective.Score(trial.BestValue!.Value))),
            ];
        }

        var measured = trials.Where(trial => SweepReport.HasSucceeded(trial) && trial is { Result: not null, Best: not null }).ToList();
        return
        [
            .. from metric in new[] { objective.Metric, Metric.ValLoss, Metric.ValAccuracy }.Distinct()
               let goal = metric == objective.Metric ? objective.Goal : BuiltInMetrics.Catalog.Of(metric).Goal
               from cost in Enum.GetValues<TrialCost>()
               select new ReportFront(
                   metric,
                   cost,
                   ParetoFront.Of(
                       measured,
                       trial => Of(trial.Result!, cost),
                       trial => new Objective(metric, goal).Score(trial.Best!.Value(metric)))),
        ];
    }

    public static double Of(TrialResult result, TrialCost cost) => cost switch
    {
        TrialCost.TrainSeconds => result.TrainSeconds,
        TrialCost.ModelBytes => result.ModelBytes,
        TrialCost.Macs => result.Macs,
        _ => throw new ArgumentOutOfRangeException(nameof(cost), cost, null),
    };
}
