using Sweep.Domain.Programs;
using Sweep.Domain.Search;
using Sweep.Domain.Trials;

namespace Sweep.Grains;

/// <summary>
/// A trial that waits or runs. The key is <see cref="TrialId.Value"/>. A call for an attempt other than the running one is answered with
/// <see cref="Verdict.Stop"/>.
/// </summary>
[Alias("sweep.ITrialGrain")]
public interface ITrialGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// Opens the next attempt for a worker. The answer is null when the trial does not wait for this attempt any more, or its sweep does
    /// not run.
    /// </summary>
    /// <param name="attempt">The attempt that was granted; 0 from a worker of an older version.</param>
    [Alias("Open")]
    Task<AttemptAssignment?> Open(string worker, int attempt);

    /// <summary>Receives the value of an epoch and answers whether the attempt shall go on.</summary>
    [Alias("Report")]
    Task<Verdict> Report(int attempt, int epoch, double value);

    /// <summary>Records that the attempt trained to its end. Its epochs and its last checkpoint must be stored before the call.</summary>
    /// <param name="resultJson">A <see cref="TrialResult"/> as JSON.</param>
    [Alias("Complete")]
    Task<Verdict> Complete(int attempt, string resultJson);

    /// <summary>As <see cref="Complete"/>, of a program, which may end before its last epoch.</summary>
    /// <param name="epochs">How many epochs it has reported.</param>
    /// <param name="resultJson">A <see cref="ProgramResult"/> as JSON.</param>
    [Alias("CompleteProgram")]
    Task<Verdict> CompleteProgram(int attempt, int epochs, string resultJson);

    /// <summary>Records that the attempt failed by itself.</summary>
    [Alias("Fail")]
    Task<Verdict> Fail(int attempt, FailureReason reason, string message);

    /// <summary>Puts the trial back in the queue after an order to pause, or when the worker drains. It costs no retry.</summary>
    [Alias("GiveBack")]
    Task<Verdict> GiveBack(int attempt);

    /// <summary>
    /// Records that the attempt stopped at the end of an epoch where a stopping rule ends the trial. The judgement, the epochs and the last
    /// checkpoint must be stored before the call.
    /// </summary>
    /// <param name="reason">The judgement in words.</param>
    [Alias("Stopped")]
    Task<Verdict> Stopped(int attempt, int epoch, string reason);

    /// <summary>
    /// Records that the attempt stopped at the end of an epoch where the trial cannot be judged yet. It waits for other trials, and not for
    /// a slot. The epochs and the last checkpoint must be stored before the call.
    /// </summary>
    [Alias("Hold")]
    Task<Verdict> Hold(int attempt, int epoch);

    /// <summary>
    /// Records that the attempt stopped on an order to cancel. If that order was withdrawn by now, the trial waits again.
    /// </summary>
    [Alias("Cancelled")]
    Task<Verdict> Cancelled(int attempt);

    /// <summary>
    /// Records that the worker has lost the trial; the scheduler calls it. The response timeout is short because the first call may still
    /// go to the silo that died with the worker, and then the call is repeated.
    /// </summary>
    /// <param name="attempt">
    /// The attempt that is lost; 0 from a silo of an older version. Another attempt of the same worker is not changed.
    /// </param>
    [Alias("Lose"), ResponseTimeout("00:00:03")]
    Task Lose(string worker, FailureReason reason, int attempt);
}

/// <summary>The answer to what a worker reports of an attempt.</summary>
public enum Verdict
{
    Continue,

    /// <summary>The attempt is not the running one. The worker must stop it and write nothing more of it.</summary>
    Stop,
}

/// <param name="ParametersJson">A <see cref="ParameterMap"/> as JSON.</param>
/// <param name="HasCheckpoint">Whether there is a checkpoint to go on from.</param>
/// <param name="Alone">True: no other trial may use the device at the same time.</param>
/// <param name="JudgedAt">
/// The epochs at whose ends the trial is judged, ascending and below its last; null from a silo of an older version.
/// </param>
[GenerateSerializer, Immutable, Alias("sweep.AttemptAssignment")]
public sealed record AttemptAssignment(
    [property: Id(0)] int Attempt, [property: Id(1)] string ParametersJson, [property: Id(2)] bool HasCheckpoint,
    [property: Id(3)] bool Alone, [property: Id(4)] int[]? JudgedAt = null);
