using Sweep.Client.Output;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.Tables;

/// <summary>One row for each planned trial, with its size, cost and memory.</summary>
internal static class PlanTable
{
    public static OutputTable Of(SweepSpec spec, SweepPlan plan)
    {
        var varying = spec.Parameters.Varying;
        var hasTest = spec.Dataset.Test > 0;
        return new(
        [
            OutputColumn.Number("number", "trial"),
            .. ParameterCell.Columns(spec.Parameters, varying),
            OutputColumn.Number("epochs", "epochs"),
            OutputColumn.Number("training_windows", "training\nwindows", dispensable: true),
            OutputColumn.Number("validation_windows", "validation\nwindows", dispensable: true),
            .. hasTest ? [OutputColumn.Number("test_windows", "test\nwindows", dispensable: true)] : Array.Empty<OutputColumn>(),
            OutputColumn.Number("parameters", "parameters"),
            OutputColumn.Number("model_bytes", "size", Quantities.Bytes),
            OutputColumn.Number("macs", "MACs", Quantities.Count),
            OutputColumn.Number("training_bytes", "memory\n(CPU)", Quantities.Bytes),
            OutputColumn.Number("checkpoint_bytes", "check-\npoint", Quantities.Bytes, dispensable: true),
            OutputColumn.Number("checkpoint_seconds", "each\n≥ s", Quantities.Count, dispensable: true),
        ],
        [
            .. plan.Trials.Select(trial => (IReadOnlyList<object?>)
            [
                trial.Number, .. ParameterCell.Row(trial.Parameters, varying), trial.Parameters.Epochs,
                trial.Windows.Training, trial.Windows.Validation, .. hasTest ? [trial.Windows.Test] : Array.Empty<object?>(),
                trial.ModelParameters, trial.ModelBytes, trial.Macs, trial.TrainingBytes, trial.CheckpointBytes, trial.CheckpointSeconds,
            ]),
        ]);
    }
}
