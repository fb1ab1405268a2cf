using Sweep.Domain.Trials;

namespace Sweep.Domain.Sweeps;

/// <summary>A trial of a sweep that is over, as far as its keeping is decided.</summary>
/// <param name="Score">The objective with lower winning; null before a first finite epoch.</param>
/// <param name="Epochs">That it trained.</param>
public sealed record RetainedTrial(int Number, TrialState State, double? Score, int Epochs, bool IsPruned);

/// <summary>Which trials of an old sweep give up checkpoint, log and epochs.</summary>
public static class RetentionRule
{
    /// <summary>All that are over but the best: trials that succeeded come before those that did not, then the lower score wins, then the lower number.</summary>
    /// <param name="keepBest">How many keep everything; a trial without a score is never one of them.</param>
    /// <returns>Those that have something to give up, by number.</returns>
    public static IReadOnlyList<RetainedTrial> Freed(IReadOnlyList<RetainedTrial> trials, int keepBest)
    {
        var kept = trials
            .Where(trial => trial.Score is not null)
            .OrderBy(trial => trial.State != TrialState.Succeeded).ThenBy(trial => trial.Score).ThenBy(trial => trial.Number)
            .Take(keepBest)
            .Select(trial => trial.Number)
            .ToHashSet();
        return [.. trials.Where(trial => trial.State.IsOver() && !trial.IsPruned && !kept.Contains(trial.Number)).OrderBy(trial => trial.Number)];
    }
}
