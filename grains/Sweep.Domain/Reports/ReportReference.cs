using Sweep.Domain.Search;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Reports;

/// <summary>Published numbers of one epoch of one training; null where nothing was published.</summary>
/// <param name="Parameters">What identifies the training, by name; a trial matches when it has all of these values.</param>
/// <param name="TrainSeconds">Training time from the start to this epoch, with the validations in between.</param>
public sealed record ReferenceRow(
    IReadOnlyDictionary<string, ParameterValue> Parameters,
    int Epoch,
    double? TrainLoss,
    double? ValLoss,
    double? ValAccuracy,
    double? TrainSeconds)
{
    public bool Matches(ParameterMap trial) => Parameters.All(pair => trial.Find(pair.Key) == pair.Value);
}

/// <summary>A published number and ours.</summary>
public sealed record Compared(double Published, double Ours)
{
    /// <summary>Ours minus the published one.</summary>
    public double Difference => Ours - Published;

    internal static Compared? Of(double? published, double? ours) => published is { } there && ours is { } here ? new(there, here) : null;
}

/// <summary>One epoch of one of our trials beside the published one; a number is null where either side has none.</summary>
public sealed record ReferenceComparison(
    int Number, ParameterMap Parameters, int Epoch, Compared? TrainLoss, Compared? ValLoss, Compared? ValAccuracy, Compared? TrainSeconds)
{
    internal static IReadOnlyList<ReferenceComparison> Of(
        IReadOnlyList<TrialSummary> trials, IReadOnlyList<ReferenceRow> reference, IReadOnlyList<(int Number, EpochReport Metrics)> epochs)
    {
        var ours = epochs
            .DistinctBy(row => (row.Number, row.Metrics.Epoch))
            .ToDictionary(row => (row.Number, row.Metrics.Epoch), row => row.Metrics);
        return
        [
            .. from trial in trials.OrderBy(trial => trial.Number)
               from row in reference
               where row.Matches(trial.Parameters)
               orderby trial.Number, row.Epoch
               let epoch = ours.GetValueOrDefault((trial.Number, row.Epoch))
               where epoch is not null
               select new ReferenceComparison(
                   trial.Number,
                   trial.Parameters,
                   row.Epoch,
                   Compared.Of(row.TrainLoss, epoch.Find(Metric.TrainLoss)),
                   Compared.Of(row.ValLoss, epoch.Find(Metric.ValLoss)),
                   Compared.Of(row.ValAccuracy, epoch.Find(Metric.ValAccuracy)),
                   // Our trials have only the time of the whole training.
                   Compared.Of(row.TrainSeconds, row.Epoch == trial.Parameters.Epochs ? trial.Result?.EpochSeconds : null)),
        ];
    }
}
