using Sweep.Domain.Programs;
using Sweep.Domain.Search;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Reports;

/// <summary>
/// What is known of one trial: the row that reports, exports and views are made of. Numbers are null until they are measured.
/// </summary>
/// <param name="BestValue">The objective's metric at its best epoch; <paramref name="BestScore"/> is the same with lower winning.</param>
/// <param name="Best">The best epoch's numbers.</param>
/// <param name="Last">The last epoch's numbers.</param>
/// <param name="Reason">Why it failed, was cancelled or stopped, in words.</param>
/// <param name="PrunedAt">When its checkpoint, log and epochs but the best and the last were freed; null while they are kept.</param>
/// <param name="HeldAt">The epoch at whose end it waits to be judged by a stopping rule; null when it does not.</param>
/// <param name="Trained">
/// The epochs that its worker had trained a few seconds ago, with the part of the running one; null where it does not run.
/// </param>
/// <param name="ProgramResult">What a program took, once it has succeeded; then there is no <paramref name="Result"/>.</param>
public sealed record TrialSummary(
    int Number,
    ParameterMap Parameters,
    TrialState State,
    int Attempt,
    int EpochsDone,
    double? BestValue,
    double? BestScore,
    EpochReport? Best,
    EpochReport? Last,
    TrialResult? Result,
    string? Worker,
    string? Reason,
    DateTimeOffset? PrunedAt = null,
    int? HeldAt = null,
    double? Trained = null,
    ProgramResult? ProgramResult = null)
{
    /// <summary>The epochs that it has trained, with the part of the running one as far as that is known.</summary>
    public double EpochsTrained => Trained is { } trained && Math.Floor(trained) == EpochsDone ? trained : EpochsDone;

    /// <summary>The epochs that it trains at the most; those that it has trained where a program says no limit.</summary>
    public int MostEpochs => Parameters.Epochs > 0 ? Parameters.Epochs : EpochsDone;

    /// <summary>
    /// Wall time of its training, s: of the built-in model the training steps, of a program all attempts as far as none repeats another.
    /// Null until it has succeeded.
    /// </summary>
    public double? TrainSeconds => Result?.TrainSeconds ?? ProgramResult?.Seconds;

    /// <summary>The processor time of the same, s.</summary>
    public double? TrainProcessorSeconds => Result is null ? ProgramResult?.ProcessorSeconds : Result.TrainProcessorSeconds;

    public long? PeakMemoryBytes => Result?.PeakMemoryBytes ?? ProgramResult?.PeakMemoryBytes;

    /// <summary>Why it is in its state, in words: why it failed, was cancelled or stopped, or what it waits for.</summary>
    public string? Explanation => HeldAt is { } epoch
        ? FormattableString.Invariant($"waits after epoch {epoch} for trials that it is compared with")
        : Reason;
}
