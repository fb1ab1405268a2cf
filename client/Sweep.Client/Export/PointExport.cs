using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Client.Export;

/// <summary>
/// The export of points: one row for each point, with its parameters but the seed, and the means over its trials that succeeded. Of the
/// objective it has the deviation and the 95 % interval, too.
/// </summary>
internal static class PointExport
{
    private static readonly (ExportColumn Column, Func<ReportPoint, object?> Value)[] Fields =
    [
        .. Before(BuiltInParameters.Catalog),
        .. Epoch("best", trial => trial.Best),
        .. Epoch("last", trial => trial.Last),
        Mean("train_seconds", trial => trial.Result?.TrainSeconds),
        Mean("train_processor_seconds", trial => trial.Result?.TrainProcessorSeconds),
        Mean("inference_ms", trial => trial.Result?.InferenceMilliseconds),
        Mean("model_parameters", trial => trial.Result?.Parameters),
        Mean("model_bytes", trial => trial.Result?.ModelBytes),
        Mean("macs", trial => trial.Result?.Macs),
        Mean("test_loss", trial => trial.Result?.Test?.Loss),
        Mean("test_accuracy", trial => trial.Result?.Test?.Accuracy),
    ];

    /// <param name="trials">All trials of a sweep.</param>
    public static ExportTable Of(SweepSpec spec, IReadOnlyList<TrialSummary> trials)
    {
        var fields = ReportedMetrics.Of(spec, trials) is { } reported ? ProgramFields.OfPoints(spec, reported) : Fields;
        return new(
            [.. fields.Select(field => field.Column)],
            ReportPoint.All(spec, trials).Select(point => fields.Select(field => field.Value(point)).ToArray()).ToAsyncEnumerable());
    }

    /// <summary>The columns before those of metrics: the point's rank, its parameters, its trials, and the objective.</summary>
    public static IEnumerable<(ExportColumn Column, Func<ReportPoint, object?> Value)> Before(ParameterCatalog catalog) =>
    [
        (ExportColumn.Whole("rank"), point => (long?)point.Rank),
        (ExportColumn.Whole("first_trial"), point => (long)point.Trials[0].Number),
        .. catalog.All.Where(definition => !definition.IsSeed).Select(Parameter),
        (ExportColumn.Whole("trials"), point => (long)point.Trials.Count),
        (ExportColumn.Whole("succeeded"), point => (long)point.Succeeded.Count()),
        (ExportColumn.Real("mean"), point => point.Objective?.Mean),
        (ExportColumn.Real("deviation"), point => point.Objective?.Deviation),
        (ExportColumn.Real("low"), point => point.Objective?.Low),
        (ExportColumn.Real("high"), point => point.Objective?.High),
    ];

    /// <summary>The column of the means over a point's trials.</summary>
    public static (ExportColumn Column, Func<ReportPoint, object?> Value) Mean(string name, Func<TrialSummary, double?> read) =>
        (ExportColumn.Real("mean_" + name), point => point.Of(read)?.Mean);

    private static (ExportColumn, Func<ReportPoint, object?>) Parameter(ParameterDefinition definition)
    {
        var (column, value) = TrialExport.Parameter(definition);
        return (column, point => value(point.Trials[0]));
    }

    private static IEnumerable<(ExportColumn, Func<ReportPoint, object?>)> Epoch(string prefix, Func<TrialSummary, EpochReport?> epoch) =>
    [
        Mean(prefix + "_train_loss", trial => epoch(trial)?.Model?.TrainLoss),
        Mean(prefix + "_val_loss", trial => epoch(trial)?.Model?.ValLoss),
        Mean(prefix + "_val_accuracy", trial => epoch(trial)?.Model?.ValAccuracy),
        Mean(prefix + "_perplexity", trial => epoch(trial)?.Model?.Perplexity),
    ];
}
