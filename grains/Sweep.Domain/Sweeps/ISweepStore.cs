using Sweep.Domain.Search;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Sweeps;

/// <summary>A row of <c>sweeps</c>.</summary>
/// <param name="Trials">How many trials it has at the most; of a method that learns some may not be proposed yet.</param>
/// <param name="EndedBy">What ended it of its budget, in words; null while nothing did.</param>
public sealed record StoredSweep(int Id, SweepSpec Spec, SweepState State, int Trials, string? EndedBy = null);

/// <summary>The rows of sweeps, and the orders for all trials of a sweep at once. Every method may be repeated.</summary>
public interface ISweepStore
{
    /// <summary>Stores a sweep and its trials, all of them or nothing. When the id exists already, answers what is stored.</summary>
    /// <param name="exactName">
    /// False: a name that is taken gets the first free suffix (<c>-2</c>, <c>-3</c>, …). True: a name that is taken is refused.
    /// </param>
    /// <exception cref="NameTakenException">The name exists and <paramref name="exactName"/> was asked for.</exception>
    Task<StoredSweep> AddAsync(
        int id, SweepSpec spec, bool exactName, IReadOnlyList<ParameterMap> trials, CancellationToken cancellation = default);

    Task<StoredSweep?> LoadAsync(int id, CancellationToken cancellation = default);

    /// <summary>
    /// Makes a move on the row as it is now, with all that it means for the trials. A cancel cancels the trials that wait, and those that
    /// run are cancelled however they end. A sweep completes only when no trial waits or runs. All of it is stored or nothing, and a
    /// repeated move changes nothing more.
    /// </summary>
    /// <returns>The sweep as it is stored now; null when there is none.</returns>
    /// <exception cref="IllegalMoveException">The state in the row does not allow the move.</exception>
    Task<StoredSweep?> MoveAsync(int id, SweepMove move, CancellationToken cancellation = default);

    /// <summary>Cancels one trial. A trial that waits is cancelled at once, and one that runs however its attempt ends.</summary>
    /// <returns>The state in the row: running until the attempt has ended; null when there is no such trial.</returns>
    Task<TrialState?> CancelTrialAsync(TrialId trial, CancellationToken cancellation = default);

    /// <summary>
    /// Puts every failed or cancelled trial, or the one with this number, back in the queue with all its retries, and has the sweep go on
    /// unless it is paused. A running trial that was to be cancelled goes on. Epochs and checkpoints stay. When other trials were proposed
    /// from the outcome of one of them, the sweep is marked as one that cannot be repeated.
    /// </summary>
    /// <returns>The sweep as it is stored now, and the numbers of the trials that go on; null when there is no such sweep.</returns>
    Task<(StoredSweep Sweep, IReadOnlyList<int> Numbers)?> RetryAsync(int id, int? number, CancellationToken cancellation = default);

    /// <summary>
    /// Puts a trial that a stopping rule ended back in the queue, to be trained on to its last epoch without being judged again, and has
    /// the sweep go on unless it is paused.
    /// </summary>
    /// <returns>
    /// The sweep and the trial as they are stored now, and whether the trial was stopped until then; null when there is no such sweep.
    /// </returns>
    Task<(StoredSweep Sweep, TrialState? State, bool Resumed)?> ResumeTrialAsync(TrialId trial, CancellationToken cancellation = default);

    /// <summary>The states of the sweeps that run, and of those with the given ids. The scheduler follows them.</summary>
    Task<IReadOnlyDictionary<int, SweepState>> StatesAsync(IReadOnlyCollection<int> ids, CancellationToken cancellation = default);

    /// <summary>The sweeps that run. The scheduler reads them when it starts.</summary>
    Task<IReadOnlyList<StoredSweep>> RunningAsync(CancellationToken cancellation = default);

    /// <summary>Whether no trial is queued or running, and none is still to be proposed.</summary>
    Task<bool> IsOverAsync(int id, CancellationToken cancellation = default);

    /// <summary>
    /// The trials after a number up to the first one that is not over, in their order, and the time since the submission.
    /// </summary>
    Task<(TimeSpan Age, IReadOnlyList<SpentTrial> Trials)> SpentAsync(int id, int after, CancellationToken cancellation = default);

    /// <summary>
    /// Ends a sweep whose budget is met: cancels the trials that are not over, and proposes no others. A sweep that its budget has ended
    /// once, and one that neither runs nor is paused, stays as it is.
    /// </summary>
    /// <param name="endedBy">What was met, in words.</param>
    /// <param name="isReproducible">Whether the same sweep would end there again.</param>
    Task<StoredSweep?> EndAsync(int id, string endedBy, bool isReproducible, CancellationToken cancellation = default);

    /// <summary>
    /// Removes the sweep, and its dataset and the weights that it starts from when no other sweep uses them. From then on its
    /// name is free, and nothing of it is shown, started or accepted any more. The rows of its trials are removed later.
    /// </summary>
    Task DeleteAsync(int id, CancellationToken cancellation = default);
}

/// <summary>A sweep of this name is stored already.</summary>
public sealed class NameTakenException(string name) : Exception($"A sweep named {name} exists already.");
