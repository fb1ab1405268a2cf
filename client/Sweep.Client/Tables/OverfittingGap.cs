using Sweep.Domain.Trials;

namespace Sweep.Client.Tables;

/// <summary>How much worse a model is on windows that it was not trained on.</summary>
internal static class OverfittingGap
{
    /// <summary>
    /// Validation loss minus training loss, nats a character. Dropout and weights that move within the epoch raise the training loss, so
    /// the gap is below 0 in the first epochs.
    /// </summary>
    public static double Gap(this EpochMetrics epoch) => epoch.ValLoss - epoch.TrainLoss;
}
