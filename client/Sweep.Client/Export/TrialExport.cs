using Sweep.Client.Output;
using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Client.Export;

/// <summary>The export of trials: one row for each trial, with every parameter and every number that was measured.</summary>
internal static class TrialExport
{
    private static readonly (ExportColumn Column, Func<TrialSummary, object?> Value)[] Fields =
    [
        (ExportColumn.Whole("number"), trial => (long)trial.Number),
        (ExportColumn.Text("state"), trial => PlainText.Of(trial.State)),
        (ExportColumn.Whole("attempt"), trial => (long)trial.Attempt),
        .. BuiltInParameters.Catalog.All.Select(Parameter),
        (ExportColumn.Whole("epochs_done"), trial => (long)trial.EpochsDone),
        (ExportColumn.Real("best_value"), trial => trial.BestValue),
        .. Epoch("best", trial => trial.Best),
        .. Epoch("last", trial => trial.Last),
        (ExportColumn.Whole("training_windows"), trial => (long?)trial.Result?.TrainingWindows),
        (ExportColumn.Whole("validation_windows"), trial => (long?)trial.Result?.ValidationWindows),
        (ExportColumn.Real("train_seconds"), trial => trial.Result?.TrainSeconds),
        (ExportColumn.Real("validation_seconds"), trial => trial.Result?.ValidationSeconds),
        (ExportColumn.Real("train_processor_seconds"), trial => trial.Result?.TrainProcessorSeconds),
        (ExportColumn.Real("validation_processor_seconds"), trial => trial.Result?.ValidationProcessorSeconds),
        (ExportColumn.Real("inference_ms"), trial => trial.Result?.InferenceMilliseconds),
        (ExportColumn.Real("inference_ms_low"), trial => trial.Result?.InferenceLowMilliseconds),
        (ExportColumn.Real("inference_ms_high"), trial => trial.Result?.InferenceHighMilliseconds),
        (ExportColumn.Real("inference_windows_per_second"), trial => trial.Result?.InferenceWindowsPerSecond),
        (ExportColumn.Whole("model_parameters"), trial => trial.Result?.Parameters),
        (ExportColumn.Whole("model_bytes"), trial => trial.Result?.ModelBytes),
        (ExportColumn.Whole("macs"), trial => trial.Result?.Macs),
        (ExportColumn.Whole("peak_memory_bytes"), trial => trial.Result?.PeakMemoryBytes),
        (ExportColumn.Whole("test_windows"), trial => (long?)trial.Result?.Test?.Windows),
        (ExportColumn.Real("test_loss"), trial => trial.Result?.Test?.Loss),
        (ExportColumn.Real("test_loss_error"), trial => trial.Result?.Test?.LossError),
        (ExportColumn.Real("test_accuracy"), trial => trial.Result?.Test?.Accuracy),
        (ExportColumn.Text("worker"), trial => trial.Worker),
        (ExportColumn.Text("reason"), trial => trial.Reason),
        (ExportColumn.Text("prompt"), trial => trial.Result?.Prompt),
        (ExportColumn.Text("sample"), trial => trial.Result?.Sample),
    ];

    /// <param name="trials">All trials of a sweep.</param>
    public static ExportTable Of(SweepSpec spec, IReadOnlyList<TrialSummary> trials)
    {
        var fields = ReportedMetrics.Of(spec, trials) is { } reported ? ProgramFields.OfTrials(spec, reported) : Fields;
        // With one objective the order of best_value says as much.
        var ranks = spec.Objectives is null ? null : ReportPoint.Ranks(spec, ReportPoint.All(spec, trials));
        return new(
            [.. fields.Select(field => field.Column), .. ranks is null ? Array.Empty<ExportColumn>() : [ExportColumn.Whole("rank")]],
            trials.Select(trial => Row(trial, fields, ranks)).ToAsyncEnumerable());
    }

    private static object?[] Row(
        TrialSummary trial, IReadOnlyList<(ExportColumn Column, Func<TrialSummary, object?> Value)> fields,
        IReadOnlyDictionary<int, int>? ranks) =>
    [
        .. fields.Select(field => field.Value(trial)),
        .. ranks is null ? Array.Empty<object?>() : [ranks.TryGetValue(trial.Number, out var rank) ? (object?)(long)rank : null],
    ];

    /// <summary>The column of a parameter.</summary>
    public static (ExportColumn Column, Func<TrialSummary, object?> Value) Parameter(ParameterDefinition definition)
    {
        var name = definition.Name;
        return definition.Kind switch
        {
            ParameterKind.Whole when definition.IsNumber => (
                ExportColumn.Whole(name), trial => ((ParameterValue.Whole)trial.Parameters.ValueOf(name)).Number),
            ParameterKind.Real => (
                ExportColumn.Real(name),
                trial => trial.Parameters.ValueOf(name) is ParameterValue.Whole whole
                    ? (double)whole.Number
                    : ((ParameterValue.Real)trial.Parameters.ValueOf(name)).Number),
            _ => (ExportColumn.Text(name), trial => trial.Parameters.ValueOf(name).ToString()),
        };
    }

    private static IEnumerable<(ExportColumn, Func<TrialSummary, object?>)> Epoch(string prefix, Func<TrialSummary, EpochReport?> epoch) =>
    [
        (ExportColumn.Whole(prefix + "_epoch"), trial => (long?)epoch(trial)?.Epoch),
        (ExportColumn.Real(prefix + "_train_loss"), trial => epoch(trial)?.Model?.TrainLoss),
        (ExportColumn.Real(prefix + "_val_loss"), trial => epoch(trial)?.Model?.ValLoss),
        (ExportColumn.Real(prefix + "_val_accuracy"), trial => epoch(trial)?.Model?.ValAccuracy),
        (ExportColumn.Real(prefix + "_perplexity"), trial => epoch(trial)?.Model?.Perplexity),
    ];
}
