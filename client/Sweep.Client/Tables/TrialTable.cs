using Sweep.Client.Output;
using Sweep.Domain.Reports;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.Tables;

/// <summary>One row for each trial, with its state and progress.</summary>
internal static class TrialTable
{
    public static OutputTable Of(SweepSpec spec, IEnumerable<TrialSummary> trials)
    {
        var varying = spec.Parameters.Varying;
        return new(
        [
            OutputColumn.Number("number", "trial"),
            .. ParameterCell.Columns(spec.Parameters, varying),
            new("state", "state"),
            OutputColumn.Number("attempt", "attempt", dispensable: true),
            OutputColumn.Number("epochs_done", "epochs"),
            OutputColumn.Number("epochs", "of"),
            OutputColumn.Number("best_value", PlainText.Of(spec.Objective.Metric), Quantities.Metric),
            OutputColumn.Number("best_epoch", "at epoch"),
            new("worker", "worker", Dispensable: true),
            new("reason", "reason"),
        ],
        [
            .. trials.Select(trial => (IReadOnlyList<object?>)
            [
                trial.Number, .. ParameterCell.Row(trial.Parameters, varying), trial.State, trial.Attempt,
                trial.EpochsDone, trial.Parameters.Epochs is > 0 and var most ? most : null,
                trial.BestValue, trial.Best?.Epoch, trial.Worker, trial.Explanation,
            ]),
        ]);
    }
}
