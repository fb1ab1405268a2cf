using Sweep.Client.Output;
using Sweep.Client.Tables;
using Sweep.Domain.Reports;
using Sweep.Domain.Trials;

namespace Sweep.Client.Reports.Tables;

/// <summary>One row for each trial, in the order of the objective: how well it learned, and what it cost.</summary>
internal static class ReportTable
{
    private static readonly (string Name, Func<TrialResult, double?> Value)[] Measurements =
    [
        ("validation_seconds", result => result.ValidationSeconds),
        ("train_processor_seconds", result => result.TrainProcessorSeconds),
        ("validation_processor_seconds", result => result.ValidationProcessorSeconds),
        ("inference_ms_low", result => result.InferenceLowMilliseconds),
        ("inference_ms_high", result => result.InferenceHighMilliseconds),
        ("peak_memory_bytes", result => result.PeakMemoryBytes),
    ];

    /// <param name="isForPrograms">Whether columns are added that few people look at.</param>
    public static OutputTable Of(SweepReport report, bool isForPrograms = false)
    {
        if (report.Reported is { } reported)
            return ProgramTable.Of(report, reported);
        (string Name, Func<TrialResult, double?> Value)[] more = isForPrograms ? Measurements : [];
        var varying = report.Spec.Parameters.Varying;
        var hasRanks = report.Objectives is not null;
        var hasError = report.Rows.Any(row => row.Best?.Model?.ValLossError is not null);
        var hasTest = report.Rows.Any(row => row.Result?.Test is not null);
        return new(
        [
            OutputColumn.Number("number", "trial"),
            .. hasRanks ? [OutputColumn.Number("rank", "rank")] : Array.Empty<OutputColumn>(),
            .. ParameterCell.Columns(report.Spec.Parameters, varying),
            .. report.Rows.All(row => row.Result is not null) ? Array.Empty<OutputColumn>() : [new("state", "state")],
            OutputColumn.Number("best_epoch", "best\nepoch", dispensable: true),
            OutputColumn.Number("train_loss", "train\nloss", Quantities.Metric),
            OutputColumn.Number("val_loss", "val\nloss", Quantities.Metric),
            .. hasError ? [OutputColumn.Number("val_loss_error", "±", Quantities.Metric, dispensable: true)] : Array.Empty<OutputColumn>(),
            .. hasTest
                ?
                [
                    OutputColumn.Number("test_loss", "test\nloss", Quantities.Metric),
                    OutputColumn.Number("test_loss_error", "±", Quantities.Metric, dispensable: true),
                    OutputColumn.Number("test_accuracy", "test accu-\nracy", Quantities.Percent, dispensable: true),
                ]
                : Array.Empty<OutputColumn>(),
            OutputColumn.Number("val_accuracy", "accu-\nracy", Quantities.Percent),
            OutputColumn.Number("perplexity", "perp-\nlexity", Quantities.Perplexity),
            OutputColumn.Number("gap", "gap", Quantities.Metric, dispensable: true),
            OutputColumn.Number("last_epoch", "last\nepoch", dispensable: true),
            OutputColumn.Number("last_train_loss", "last\ntrain\nloss", Quantities.Metric, dispensable: true),
            OutputColumn.Number("last_val_loss", "last\nval\nloss", Quantities.Metric, dispensable: true),
            OutputColumn.Number("last_val_accuracy", "last\naccu-\nracy", Quantities.Percent, dispensable: true),
            OutputColumn.Number("last_gap", "last\ngap", Quantities.Metric, dispensable: true),
            OutputColumn.Number("train_seconds", "train\ntime", Quantities.Seconds),
            OutputColumn.Number("inference_ms", "infer\nms", Quantities.Milliseconds),
            OutputColumn.Number("inference_windows_per_second", "windows\n/s", Quantities.Count, dispensable: true),
            OutputColumn.Number("parameters", "para-\nmeters", Quantities.Count),
            OutputColumn.Number("model_bytes", "size", Quantities.Bytes, dispensable: true),
            OutputColumn.Number("macs", "MACs", Quantities.Count),
            .. more.Select(column => OutputColumn.Number(column.Name, column.Name)),
        ],
        [
            .. report.Rows.Select(trial => (IReadOnlyList<object?>)
            [
                trial.Number,
                .. hasRanks ? [report.Ranks.TryGetValue(trial.Number, out var rank) ? rank : null] : Array.Empty<object?>(),
                .. ParameterCell.Row(trial.Parameters, varying),
                .. report.Rows.All(row => row.Result is not null) ? Array.Empty<object?>() : [trial.State],
                trial.Best?.Epoch, trial.Best?.Model?.TrainLoss, trial.Best?.Model?.ValLoss,
                .. hasError ? [trial.Best?.Model?.ValLossError] : Array.Empty<object?>(),
                .. hasTest
                    ? [trial.Result?.Test?.Loss, trial.Result?.Test?.LossError, trial.Result?.Test?.Accuracy]
                    : Array.Empty<object?>(),
                trial.Best?.Model?.ValAccuracy, trial.Best?.Model?.Perplexity,
                trial.Best?.Model?.Gap,
                trial.Last?.Epoch, trial.Last?.Model?.TrainLoss, trial.Last?.Model?.ValLoss,
                trial.Last?.Model?.ValAccuracy, trial.Last?.Model?.Gap,
                trial.Result?.TrainSeconds, trial.Result?.InferenceMilliseconds, trial.Result?.InferenceWindowsPerSecond,
                trial.Result?.Parameters, trial.Result?.ModelBytes, trial.Result?.Macs,
                .. more.Select(column => trial.Result is { } result ? (object?)column.Value(result) : null),
            ]),
        ]);
    }
}
