using Sweep.Client.Output;
using Sweep.Client.Tables;
using Sweep.Domain.Reports;
using Sweep.Domain.Trials;

namespace Sweep.Client.Reports.Tables;

/// <summary>One row for each trial of a program, in the order of the objective: what it reported, and what it took.</summary>
internal static class ProgramTable
{
    // A person compares few numbers; those that follow are left out where the terminal is too narrow.
    private const int AlwaysShown = 3;

    /// <param name="reported">The metrics of the table, the objective first.</param>
    public static OutputTable Of(SweepReport report, IReadOnlyList<Metric> reported)
    {
        var varying = report.Spec.Parameters.Varying;
        var hasState = report.Rows.Any(row => row.ProgramResult is null);
        return new(
        [
            OutputColumn.Number("number", "trial"),
            .. ParameterCell.Columns(report.Spec.Parameters, varying),
            .. hasState ? [new("state", "state")] : Array.Empty<OutputColumn>(),
            OutputColumn.Number("best_epoch", "best\nepoch", dispensable: true),
            .. reported.Select((metric, index) => OutputColumn.Number(
                metric.Name,
                index == 0 && report.Spec.Objective.Unit is { } unit ? $"{metric}\n({unit})" : metric.Name,
                Quantities.Metric,
                dispensable: index >= AlwaysShown)),
            OutputColumn.Number("last_epoch", "last\nepoch", dispensable: true),
            .. reported.Select(metric => OutputColumn.Number(
                $"last_{metric.Name}", $"last\n{metric.Name}", Quantities.Metric, dispensable: true)),
            OutputColumn.Number("train_seconds", "time", Quantities.Seconds),
            OutputColumn.Number("train_processor_seconds", "processor\ntime", Quantities.Seconds, dispensable: true),
            OutputColumn.Number("peak_memory_bytes", "peak\nmemory", Quantities.Bytes, dispensable: true),
        ],
        [
            .. report.Rows.Select(trial => (IReadOnlyList<object?>)
            [
                trial.Number,
                .. ParameterCell.Row(trial.Parameters, varying),
                .. hasState ? [trial.State] : Array.Empty<object?>(),
                trial.Best?.Epoch,
                .. reported.Select(metric => (object?)trial.Best?.Find(metric)),
                trial.Last?.Epoch,
                .. reported.Select(metric => (object?)trial.Last?.Find(metric)),
                trial.TrainSeconds, trial.TrainProcessorSeconds, trial.PeakMemoryBytes,
            ]),
        ]);
    }
}
