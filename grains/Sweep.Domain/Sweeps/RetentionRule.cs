using Sweep.Domain.Trials;

namespace Sweep.Domain.Sweeps;

/// <summary>A trial of a sweep that is over, with what decides whether its data is kept.</summary>
/// <param name="Score">
/// The objective with lower winning, of several the first of the file where the trial has all of them; null before a first finite epoch.
/// </param>
/// <param name="Epochs">The number of epochs that it trained.</param>
/// <param name="Rank">
/// With several objectives the number of its front, from 1; null when it lacks one of them, or with one objective.
/// </param>
public sealed record RetainedTrial(int Number, TrialState State, double? Score, int Epochs, bool IsPruned, int? Rank = null);

/// <summary>Decides which trials of an old sweep lose their checkpoint, log and epochs.</summary>
public static class RetentionRule
{
    /// <summary>
    /// Chooses all trials that are over except the best. Trials that succeeded are better than those that did not, then the lower score
    /// wins, then the lower number. With several objectives the lower rank wins before the score.
    /// </summary>
    /// <param name="keepBest">How many trials keep everything. A trial without a score is never one of them.</param>
    /// <returns>The trials whose data is not freed yet, by number.</returns>
    public static IReadOnlyList<RetainedTrial> Freed(IReadOnlyList<RetainedTrial> trials, int keepBest)
    {
        var kept = trials
            .Where(trial => trial.Score is not null)
            .OrderBy(trial => trial.State != TrialState.Succeeded)
            .ThenBy(trial => trial.Rank ?? int.MaxValue).ThenBy(trial => trial.Score).ThenBy(trial => trial.Number)
            .Take(keepBest)
            .Select(trial => trial.Number)
            .ToHashSet();
        return
        [
            .. trials
                .Where(trial => trial.State.IsOver() && !trial.IsPruned && !kept.Contains(trial.Number))
                .OrderBy(trial => trial.Number),
        ];
    }
}
