using Sweep.Domain.Trials;

namespace Sweep.Grains;

/// <summary>A trial that lives. The key is <see cref="TrialId.Value"/>. What carries an attempt other than the running one is answered with <see cref="Verdict.Stop"/>.</summary>
[Alias("sweep.ITrialGrain")]
public interface ITrialGrain : IGrainWithIntegerKey
{
    /// <summary>Opens the next attempt for a worker; null when the trial does not wait for it any more, or its sweep does not run.</summary>
    /// <param name="attempt">The attempt that was granted; 0 from a worker of an older version.</param>
    [Alias("Open")]
    Task<AttemptAssignment?> Open(string worker, int attempt);

    /// <summary>Hears of an epoch and says whether to go on.</summary>
    [Alias("Report")]
    Task<Verdict> Report(int attempt, int epoch, double value);

    /// <summary>The attempt trained to its end; its epochs and its last checkpoint are stored.</summary>
    /// <param name="resultJson">A <see cref="TrialResult"/> as JSON.</param>
    [Alias("Complete")]
    Task<Verdict> Complete(int attempt, string resultJson);

    /// <summary>The attempt failed by itself.</summary>
    [Alias("Fail")]
    Task<Verdict> Fail(int attempt, FailureReason reason, string message);

    /// <summary>The attempt stopped on an order to pause, or because its worker drains; it costs the trial nothing.</summary>
    [Alias("GiveBack")]
    Task<Verdict> GiveBack(int attempt);

    /// <summary>The attempt stopped on an order to cancel; when that was taken back meanwhile, the trial waits again.</summary>
    [Alias("Cancelled")]
    Task<Verdict> Cancelled(int attempt);

    /// <summary>The scheduler knows that the worker has lost the trial. Short: the first call may still go to the silo that died with it, and then it is made again.</summary>
    /// <param name="attempt">The attempt that is lost: another one of the same worker is left alone. 0 from a silo of an older version.</param>
    [Alias("Lose"), ResponseTimeout("00:00:03")]
    Task Lose(string worker, FailureReason reason, int attempt);
}

/// <summary>The answer to what a worker reports of an attempt.</summary>
public enum Verdict
{
    Continue,

    /// <summary>The attempt is not the running one: stop, and write nothing more.</summary>
    Stop,
}

/// <param name="ParametersJson">A <see cref="TrialParameters"/> as it writes itself.</param>
/// <param name="HasCheckpoint">There is a checkpoint to go on from.</param>
/// <param name="Alone">No other trial may be on the device at the same time.</param>
[GenerateSerializer, Immutable, Alias("sweep.AttemptAssignment")]
public sealed record AttemptAssignment(
    [property: Id(0)] int Attempt, [property: Id(1)] string ParametersJson, [property: Id(2)] bool HasCheckpoint,
    [property: Id(3)] bool Alone);
