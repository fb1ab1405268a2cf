using Sweep.Domain.Programs;
using Sweep.Domain.Search;

namespace Sweep.Domain.Trials;

/// <summary>A row of <c>trials</c>, as far as decisions need it.</summary>
/// <param name="Attempt">0 before the first one.</param>
/// <param name="Failures">Attempts that failed by themselves since the trial was queued or retried by a user.</param>
/// <param name="Losses">Attempts that ended with their worker.</param>
/// <param name="Worker">The worker of the running attempt.</param>
/// <param name="Alone">Whether an attempt ran out of memory, so that the next ones have their device for themselves.</param>
/// <param name="PrunedAt">When its checkpoint, log and epochs were freed; null while they are kept.</param>
/// <param name="HeldAt">The epoch at whose end it waits to be judged by a stopping rule; null when it does not.</param>
/// <param name="TrainsOn">Whether no rule judges it any more, because a user has it trained on to its last epoch.</param>
public sealed record StoredTrial(
    TrialId Id, ParameterMap Parameters, TrialState State, int Attempt, int Failures, int Losses, string? Worker, bool HasCheckpoint,
    bool Alone = false, DateTimeOffset? PrunedAt = null, int? HeldAt = null, bool TrainsOn = false)
{
    /// <summary>Why a trial without a checkpoint has none, in a sentence.</summary>
    public string NoCheckpoint => PrunedAt is { } pruned
        ? $"Trial {Id.Number} has no checkpoint any more: sweep prune freed it on {pruned:yyyy-MM-dd}."
        : $"Trial {Id.Number} has no checkpoint: it has not written one yet, "
            + "or it is not among the best whose checkpoints are kept (checkpoint.keep).";
}

/// <param name="Attempt">The newest one; 0 before the first.</param>
/// <param name="Worker">The worker that trains it; null while it waits.</param>
/// <param name="Order">The order for it in the rows of the sweep and the trial.</param>
/// <param name="IsHeld">Whether it waits to be judged by a stopping rule, and not for a slot.</param>
public readonly record struct UnfinishedTrial(TrialId Id, int Attempt, string? Worker, LeaseOrder Order, bool IsHeld = false);

/// <summary>
/// One move of one trial, with everything that is stored with it. Takes effect only where the row still has <paramref name="From"/> and
/// <paramref name="FromAttempt"/>, and then as <see cref="Sweeps.TransitionRule"/> says.
/// </summary>
/// <param name="Event">A word for <c>trial_events</c>: leased, succeeded, failed, requeued, lost, paused, cancelled, stopped, held.</param>
/// <param name="Detail">A text for people beside the event.</param>
/// <param name="Epochs">
/// The number of epochs that must be stored for the move. A trial of a program that succeeds or is stopped has no others afterwards: what
/// an older attempt reported later than that is removed.
/// </param>
/// <param name="HeldAt">The epoch at whose end a trial that waits is to be judged; null for one that waits for a slot.</param>
/// <param name="ProgramResult">What a program took; then there is no <paramref name="Result"/>.</param>
public sealed record TrialTransition(
    TrialId Id,
    TrialState From,
    int FromAttempt,
    TrialState To,
    int ToAttempt,
    int Failures,
    int Losses,
    string? Worker,
    string Event,
    FailureReason? Reason = null,
    string? Detail = null,
    TrialResult? Result = null,
    int Epochs = 0,
    int? HeldAt = null,
    ProgramResult? ProgramResult = null);

/// <summary>The rows of trials. Calls that come together are stored together.</summary>
public interface ITrialStore
{
    Task<StoredTrial?> LoadAsync(TrialId id, CancellationToken cancellation = default);

    /// <summary>Stores a move and its event, as <see cref="Sweeps.TransitionRule"/> says.</summary>
    /// <returns>The state that was stored; null when the move was refused, or when the row has moved on in the meantime.</returns>
    Task<TrialState?> MoveAsync(TrialTransition transition, CancellationToken cancellation = default);

    /// <summary>All trials that wait or run at one moment, of every sweep or of one. The scheduler reads them.</summary>
    Task<IReadOnlyList<UnfinishedTrial>> UnfinishedAsync(int? sweep = null, CancellationToken cancellation = default);

    /// <summary>The trials that run and must not: a user cancelled them, or paused or cancelled their sweeps.</summary>
    Task<IReadOnlyList<UnfinishedTrial>> StoppingAsync(CancellationToken cancellation = default);

    /// <summary>How many trials of running and paused sweeps are in each state.</summary>
    Task<IReadOnlyDictionary<TrialState, long>> CountAsync(CancellationToken cancellation = default);
}
