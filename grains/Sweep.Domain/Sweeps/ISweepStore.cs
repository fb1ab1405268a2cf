using Sweep.Domain.Search;
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
    Task<StoredSweep> AddAsync(
        int id, SweepSpec spec, bool exactName, IReadOnlyList<ParameterMap> trials, CancellationToken cancellation = default);

    Task<StoredSweep?> LoadAsync(int id, CancellationToken cancellation = default);

    /// <summary>
    /// Makes a move on the row as it is now, with all that it means for the trials: a cancel cancels what waits, and what runs is cancelled however it
    /// ends; a sweep completes only when no trial waits or runs. All of it or nothing, and the same again when it is repeated.
    /// </summary>
    /// <returns>The sweep as it is stored now; null when there is none.</returns>
    /// <exception cref="IllegalMoveException">The state in the row does not allow the move.</exception>
    Task<StoredSweep?> MoveAsync(int id, SweepMove move, CancellationToken cancellation = default);

    /// <summary>Cancels one trial: at once while it waits; one that runs is cancelled however its attempt ends.</summary>
    /// <returns>The state in the row: running until the attempt has ended; null when there is no such trial.</returns>
    Task<TrialState?> CancelTrialAsync(TrialId trial, CancellationToken cancellation = default);

    /// <summary>
    /// Puts every failed or cancelled trial, or the one with this number, back in the queue with all its retries, and has the sweep go on unless it is paused.
    /// A trial whose cancel is still on its way goes on. Epochs and checkpoints stay.
    /// </summary>
    /// <returns>The sweep as it is stored now, and the numbers of the trials that go on; null when there is no such sweep.</returns>
    Task<(StoredSweep Sweep, IReadOnlyList<int> Numbers)?> RetryAsync(int id, int? number, CancellationToken cancellation = default);

    /// <summary>Where the sweeps that run, and those with the given ids, stand: what a scheduler follows.</summary>
    Task<IReadOnlyDictionary<int, SweepState>> StatesAsync(IReadOnlyCollection<int> ids, CancellationToken cancellation = default);

    /// <summary>Sweeps that are running: what a scheduler must know when it starts.</summary>
    Task<IReadOnlyList<StoredSweep>> RunningAsync(CancellationToken cancellation = default);

    /// <summary>Whether no trial is queued or running.</summary>
    Task<bool> IsOverAsync(int id, CancellationToken cancellation = default);

    /// <summary>
    /// Removes the sweep, and its dataset when no other sweep uses it: its name is free, and nothing of it is shown, started or accepted any more. Its trials and
    /// what was measured for them are noted, and go later.
    /// </summary>
    Task DeleteAsync(int id, CancellationToken cancellation = default);
}

/// <summary>A sweep of this name is stored already.</summary>
public sealed class NameTakenException(string name) : Exception($"A sweep named {name} exists already.");
