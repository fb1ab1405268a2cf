using Sweep.Domain.Trials;

namespace Sweep.Domain.Sweeps;

/// <summary>What the trials of a sweep with several objectives have reached. Every call may be repeated.</summary>
public interface IObjectiveStore
{
    /// <summary>
    /// Of each trial that has succeeded the score of each objective, lower winning, by its number. Trials that lack one of them are left
    /// out, and so are all of a sweep with one objective.
    /// </summary>
    Task<IReadOnlyDictionary<int, double[]>> ScoresAsync(int sweep, CancellationToken cancellation = default);

    /// <summary>
    /// Frees the checkpoints of finished trials that are not among the best <paramref name="keep"/>: those with the lowest rank (see
    /// <see cref="Search.NondominatedRanks"/>), and within a rank those with the lowest score of the first objective.
    /// </summary>
    /// <returns>The trials whose checkpoint the database refuses to free, each with its error. The others' are freed.</returns>
    Task<IReadOnlyDictionary<TrialId, Exception>> FreeCheckpointsAsync(int sweep, int keep, CancellationToken cancellation = default);
}
