using Sweep.Domain.Search;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Search;

public sealed class SearchWindowTests
{
    private static readonly ParameterMap Trial = Of().Catalog.Complete(new Dictionary<string, ParameterValue>(), 1);

    [Theory]
    [InlineData(1, 8, 0)]
    [InlineData(8, 8, 0)]
    [InlineData(9, 8, 1)]
    [InlineData(100, 8, 92)]
    [InlineData(2, 1, 1)]
    public void A_proposal_is_made_from_the_outcomes_before_its_window(int number, int window, int before) =>
        Assert.Equal(before, new SearchWindow(window).Before(number));

    [Theory]
    [InlineData(7, -1)]
    [InlineData(8, 0)]
    [InlineData(23, 0)]
    [InlineData(24, 1)]
    [InlineData(71, 1)]
    [InlineData(72, 2)]
    public void A_trial_is_known_up_to_a_rung_by_the_numbers_between(int between, int rung) =>
        Assert.Equal(rung, new SearchWindow(8).KnownRung(100 + between, 100, 99, 3));

    [Fact]
    public void A_trial_that_is_compared_with_its_cohort_is_known_above_the_first_rung_after_the_cohort()
    {
        Assert.Equal(0, new SearchWindow(8).KnownRung(100, 1, 81, 3));
        Assert.Equal(1, new SearchWindow(8).KnownRung(105, 1, 81, 3));
    }

    [Fact]
    public void What_a_proposal_is_made_from_does_not_change_when_trials_get_further()
    {
        var method = new TpeSearch(Of(), 1, 20, new(2));
        TrialOutcome[] early = [Over(1, 5), Running(2), Running(3)];
        Assert.Null(KnownTrials.For(method, 4, early));
        early[1] = Over(2, 7);
        TrialOutcome[] late = [Over(3, 9), Over(2, 7), Over(1, 5)];
        Assert.Equal([5.0, 7.0, null], KnownTrials.For(method, 4, early)!.Select(trial => trial.Score));
        Assert.Equal(KnownTrials.For(method, 4, early), KnownTrials.For(method, 4, late));
    }

    [Fact]
    public void With_a_rule_a_trial_counts_with_the_score_of_the_rung_up_to_which_it_is_known()
    {
        var method = new TpeSearch(Of(), 1, 20, new(1));
        // Trial 1 is known as a whole, trials 2 to 4 up to rung 1, trial 5 not at all.
        int Rung(int number) => number switch { 1 => 9, 5 => -1, _ => 1 };
        TrialOutcome[] trials =
        [
            Over(1, 5) with { RungScores = [8, 7, 6] },
            Over(2, 9) with { RungScores = [9], IsStopped = true },
            Running(3) with { RungScores = [8, 4] },
            Over(4, 1) with { RungScores = [8, 3, 2] },
            Over(5, 1) with { RungScores = [8, 7, 6] },
        ];
        Assert.Equal(
            [(5.0, null), (9.0, 0), (4.0, 1), (3.0, 1), (null, null)],
            KnownTrials.For(method, 6, trials, Rung)!.Select(trial => (trial.Score, trial.Rung)));
        trials[2] = trials[2] with { RungScores = [8] };
        Assert.Null(KnownTrials.For(method, 6, trials, Rung));
    }

    [Fact]
    public void A_proposal_from_other_trials_than_those_with_lower_numbers_is_refused()
    {
        var method = new TpeSearch(Of(), 1, 20, new());
        Assert.Throws<ArgumentException>(() => KnownTrials.For(method, 3, [Over(1, 5)]));
        Assert.Throws<ArgumentException>(() => KnownTrials.For(method, 3, [Over(1, 5), Over(2, 5), Over(3, 5)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => KnownTrials.For(method, 21, []));
    }

    private static TrialOutcome Over(int number, double score) => new(number, Trial, true, score);

    private static TrialOutcome Running(int number) => new(number, Trial, false, null);
}
