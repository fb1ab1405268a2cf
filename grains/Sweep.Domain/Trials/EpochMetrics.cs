using System.Text.Json.Serialization;

namespace Sweep.Domain.Trials;

/// <summary>What one epoch of the built-in model measured.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="TrainLoss">
/// Mean cross-entropy over the epoch's training windows, nats a character, as trained (dropout on, weights moving).
/// </param>
/// <param name="ValLoss">Mean cross-entropy over the validation windows after the epoch, nats a character.</param>
/// <param name="ValAccuracy">Share of validation windows whose most likely next character is the right one, in [0, 1].</param>
/// <param name="Seconds">Wall time of the epoch, training and validation.</param>
/// <param name="SamplesPerSecond">Training windows over the seconds spent on training.</param>
/// <param name="ValLossError">
/// Standard error of <paramref name="ValLoss"/> over its windows, nats a character; null with one window, and where it was not measured.
/// </param>
public sealed record EpochMetrics(
    int Epoch,
    double TrainLoss,
    double ValLoss,
    double ValAccuracy,
    double LearningRate,
    double Seconds,
    double SamplesPerSecond,
    double? ValLossError = null) : EpochReport
{
    /// <summary>Exponential of the validation loss; infinite from a loss of 710 on, and JSON has no number for that.</summary>
    [JsonIgnore]
    public double Perplexity => Math.Exp(ValLoss);

    /// <summary>
    /// How much worse the model is on windows that it was not trained on: validation loss minus training loss, nats a character. Dropout
    /// and weights that move within the epoch raise the training loss, so the gap is below 0 in the first epochs.
    /// </summary>
    [JsonIgnore]
    public double Gap => ValLoss - TrainLoss;

    public override double? Find(Metric metric) => BuiltInMetrics.Catalog.Find(metric)?.Read(this);
}
