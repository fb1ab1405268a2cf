using Sweep.Domain.Trials;

namespace Sweep.Client.Export;

/// <summary>The export of epochs: one row for each epoch.</summary>
internal static class EpochExport
{
    private static readonly ExportColumn[] Columns =
    [
        ExportColumn.Whole("number"), ExportColumn.Whole("attempt"), ExportColumn.Whole("epoch"),
        ExportColumn.Real("train_loss"), ExportColumn.Real("val_loss"), ExportColumn.Real("val_accuracy"), ExportColumn.Real("perplexity"),
        ExportColumn.Real("learning_rate"), ExportColumn.Real("seconds"), ExportColumn.Real("samples_per_second"),
        ExportColumn.Real("val_loss_error"),
    ];

    /// <param name="reported">The metrics that a program has reported.</param>
    public static ExportTable OfProgram(
        IReadOnlyList<Metric> reported, IAsyncEnumerable<(int Number, int Attempt, EpochReport Metrics)> epochs) => new(
        [
            ExportColumn.Whole("number"), ExportColumn.Whole("attempt"), ExportColumn.Whole("epoch"), ExportColumn.Real("seconds"),
            .. reported.Select(metric => ExportColumn.Real(metric.Name)),
        ],
        epochs.Select(row => new object?[]
        {
            (long)row.Number, (long)row.Attempt, (long)row.Metrics.Epoch, row.Metrics.Seconds,
        }.Concat(reported.Select(metric => (object?)row.Metrics.Find(metric))).ToArray()));

    public static ExportTable Of(IAsyncEnumerable<(int Number, int Attempt, EpochReport Metrics)> epochs) =>
        new(Columns, epochs.Select(row => new object?[]
        {
            (long)row.Number, (long)row.Attempt, (long)row.Metrics.Epoch,
            row.Metrics.Model?.TrainLoss, row.Metrics.Model?.ValLoss, row.Metrics.Model?.ValAccuracy, row.Metrics.Model?.Perplexity,
            row.Metrics.Model?.LearningRate, row.Metrics.Seconds, row.Metrics.Model?.SamplesPerSecond, row.Metrics.Model?.ValLossError,
        }));
}
