using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Sweeps;

/// <summary>Tests the rule with every sweep of three trials, in every combination of state, score and earlier prunes.</summary>
public sealed class RetentionRuleTests
{
    private static readonly RetainedTrial[] Kinds =
    [
        .. from state in Enum.GetValues<TrialState>()
           from score in new double?[] { null, 1, 2 }
           from pruned in new[] { false, true }
           select new RetainedTrial(0, state, score, 10, pruned),
    ];

    [Fact]
    public void Only_trials_that_are_over_and_not_yet_pruned_are_freed_and_never_one_of_the_best()
    {
        foreach (var (trials, keep) in Cases())
        {
            var freed = RetentionRule.Freed(trials, keep).Select(trial => trial.Number).ToHashSet();
            Assert.All(trials.Where(trial => freed.Contains(trial.Number)), trial => Assert.True(trial.State.IsOver() && !trial.IsPruned));
            var best = trials.Where(trial => trial.Score is not null)
                .OrderBy(trial => trial.State == TrialState.Succeeded ? 0 : 1).ThenBy(trial => trial.Score).ThenBy(trial => trial.Number)
                .Take(keep).ToList();
            Assert.All(best, trial => Assert.DoesNotContain(trial.Number, freed));
            var others = trials.Except(best).Where(trial => trial.State.IsOver() && !trial.IsPruned);
            Assert.All(others, trial => Assert.Contains(trial.Number, freed));
        }
    }

    [Fact]
    public void A_second_prune_frees_nothing_and_keeping_more_trials_frees_no_others()
    {
        foreach (var (trials, keep) in Cases())
        {
            var freed = RetentionRule.Freed(trials, keep).Select(trial => trial.Number).ToHashSet();
            var pruned = trials.Select(trial => trial with { IsPruned = trial.IsPruned || freed.Contains(trial.Number) });
            Assert.Empty(RetentionRule.Freed([.. pruned], keep));
            Assert.Subset(freed, RetentionRule.Freed(trials, keep + 1).Select(trial => trial.Number).ToHashSet());
        }
    }

    [Fact]
    public void The_best_are_those_with_the_lowest_score_among_those_that_succeeded()
    {
        RetainedTrial[] trials =
        [
            new(1, TrialState.Succeeded, 3, 10, false),
            new(2, TrialState.Failed, 1, 4, false),
            new(3, TrialState.Succeeded, 2, 10, false),
            new(4, TrialState.Succeeded, null, 0, false),
            new(5, TrialState.Cancelled, null, 0, false),
            new(6, TrialState.Succeeded, 2, 10, false),
        ];
        Assert.Equal([1, 2, 4, 5], RetentionRule.Freed(trials, 2).Select(trial => trial.Number));
        Assert.Equal([4, 5], RetentionRule.Freed(trials, 4).Select(trial => trial.Number));
        Assert.Equal([1, 2, 3, 4, 5, 6], RetentionRule.Freed(trials, 0).Select(trial => trial.Number));
    }

    [Fact]
    public void With_several_objectives_the_front_is_kept_before_better_scores_of_one()
    {
        RetainedTrial[] trials =
        [
            new(1, TrialState.Succeeded, 3, 10, false, Rank: 1),
            new(2, TrialState.Succeeded, 1, 10, false, Rank: 2),
            new(3, TrialState.Succeeded, 2, 10, false, Rank: 1),
            new(4, TrialState.Succeeded, 0, 10, false, Rank: null),
        ];
        Assert.Equal([2, 4], RetentionRule.Freed(trials, 2).Select(trial => trial.Number));
    }

    private static IEnumerable<(RetainedTrial[] Trials, int Keep)> Cases() =>
        from one in Kinds
        from two in Kinds
        from three in Kinds
        from keep in Enumerable.Range(0, 4)
        where one.State != TrialState.Queued || two.State != TrialState.Queued
        select (new[] { one with { Number = 1 }, two with { Number = 2 }, three with { Number = 3 } }, keep);
}
