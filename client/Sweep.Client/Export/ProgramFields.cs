using Sweep.Client.Output;
using Sweep.Domain.Reports;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Client.Export;

/// <summary>The columns of the exports of a program, which has parameters and metrics of its own.</summary>
internal static class ProgramFields
{
    /// <param name="reported">The metrics that it has reported, the objective first.</param>
    public static IReadOnlyList<(ExportColumn Column, Func<TrialSummary, object?> Value)> OfTrials(
        SweepSpec spec, IReadOnlyList<Metric> reported) =>
    [
        (ExportColumn.Whole("number"), trial => (long)trial.Number),
        (ExportColumn.Text("state"), trial => PlainText.Of(trial.State)),
        (ExportColumn.Whole("attempt"), trial => (long)trial.Attempt),
        .. spec.Parameters.Catalog.All.Select(TrialExport.Parameter),
        (ExportColumn.Whole("epochs_done"), trial => (long)trial.EpochsDone),
        (ExportColumn.Real("best_value"), trial => trial.BestValue),
        .. Epoch("best", reported, trial => trial.Best),
        .. Epoch("last", reported, trial => trial.Last),
        (ExportColumn.Real("train_seconds"), trial => trial.TrainSeconds),
        (ExportColumn.Real("train_processor_seconds"), trial => trial.TrainProcessorSeconds),
        (ExportColumn.Whole("peak_memory_bytes"), trial => trial.PeakMemoryBytes),
        (ExportColumn.Text("worker"), trial => trial.Worker),
        (ExportColumn.Text("reason"), trial => trial.Reason),
    ];

    /// <inheritdoc cref="OfTrials"/>
    public static IReadOnlyList<(ExportColumn Column, Func<ReportPoint, object?> Value)> OfPoints(
        SweepSpec spec, IReadOnlyList<Metric> reported) =>
    [
        .. PointExport.Before(spec.Parameters.Catalog),
        .. reported.Select(metric => PointExport.Mean($"best_{metric.Name}", trial => trial.Best?.Find(metric))),
        .. reported.Select(metric => PointExport.Mean($"last_{metric.Name}", trial => trial.Last?.Find(metric))),
        PointExport.Mean("train_seconds", trial => trial.TrainSeconds),
        PointExport.Mean("train_processor_seconds", trial => trial.TrainProcessorSeconds),
        PointExport.Mean("peak_memory_bytes", trial => trial.PeakMemoryBytes),
    ];

    private static IEnumerable<(ExportColumn, Func<TrialSummary, object?>)> Epoch(
        string prefix, IReadOnlyList<Metric> reported, Func<TrialSummary, EpochReport?> epoch) =>
    [
        (ExportColumn.Whole(prefix + "_epoch"), trial => (long?)epoch(trial)?.Epoch),
        .. reported.Select(metric => (
            ExportColumn.Real($"{prefix}_{metric.Name}"), (Func<TrialSummary, object?>)(trial => epoch(trial)?.Find(metric)))),
    ];
}
