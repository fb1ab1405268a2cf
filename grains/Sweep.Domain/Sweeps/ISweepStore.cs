using Sweep.Domain.Trials;

namespace Sweep.Domain.Sweeps;

/// <summary>A row of <c>sweeps</c>.</summary>
public sealed record StoredSweep(int Id, SweepSpec Spec, SweepState State, int Trials);

/// <summary>The rows of sweeps, and what is done to all trials of one at once. Every method may be repeated.</summary>
public interface ISweepStore
{
    /// <summary>Stores a sweep and its trials, all of them or nothing. When the id exists already, answers what is stored.</summary>
    /// <param name="exactName">False: a name that is taken gets the first free suffix (<c>-2</c>, <c>-3</c>, …). True: it is refused.</param>
    /// <exception cref="NameTakenException">The name exists and <paramref name="exactName"/> was asked for.</exception>
    Task<StoredSweep> AddAsync(int id, SweepSpec spec, bool exactName, IReadOnlyList<TrialParameters> trials, CancellationToken cancellation = default);

    Task<StoredSweep?> LoadAsync(int id, CancellationToken cancellation = default);

    /// <summary>Changes the state if it is <paramref name="from"/>; false when it is not. Entering Completed or Cancelled sets the time of the end, leaving them clears it.</summary>
    Task<bool> MoveAsync(int id, SweepState from, SweepState to, CancellationToken cancellation = default);

    /// <summary>Sweeps that are running: what a scheduler must know when it starts.</summary>
    Task<IReadOnlyList<StoredSweep>> RunningAsync(CancellationToken cancellation = default);

    /// <summary>Cancels every queued trial, or the one with this number.</summary>
    /// <returns>How many were cancelled.</returns>
    Task<int> CancelQueuedAsync(int id, int? number, CancellationToken cancellation = default);

    /// <summary>Puts every failed or cancelled trial, or the one with this number, back in the queue with all its retries; its epochs and checkpoint stay.</summary>
    /// <returns>The numbers that were put back.</returns>
    Task<IReadOnlyList<int>> RetryAsync(int id, int? number, CancellationToken cancellation = default);

    /// <summary>Whether no trial is queued or running.</summary>
    Task<bool> IsOverAsync(int id, CancellationToken cancellation = default);

    /// <summary>Removes the sweep with its trials, epochs, events, logs and checkpoints, and its dataset when no other sweep uses it.</summary>
    Task DeleteAsync(int id, CancellationToken cancellation = default);
}

/// <summary>A sweep of this name is stored already.</summary>
public sealed class NameTakenException(string name) : Exception($"A sweep named {name} exists already.");
