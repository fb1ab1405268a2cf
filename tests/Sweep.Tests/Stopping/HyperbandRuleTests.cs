using Sweep.Domain.Stopping;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Stopping;

public sealed class HyperbandRuleTests
{
    private static readonly MetricWords Loss = new(Metric.ValLoss, Goal.Minimize);

    [Fact]
    public void The_brackets_for_81_epochs_and_factor_3_are_those_of_the_paper()
    {
        // Source: Li et al., Hyperband, JMLR 18(185), 2018, table 1: trials and epochs at each rung of the brackets s = 4 to 0.
        IReadOnlyList<(int, int)>[] published =
        [
            [(81, 1), (27, 3), (9, 9), (3, 27), (1, 81)],
            [(34, 3), (11, 9), (3, 27), (1, 81)],
            [(15, 9), (5, 27), (1, 81)],
            [(8, 27), (2, 81)],
            [(5, 81)],
        ];
        Assert.Equal(published, new HyperbandRule(1, 3, 81, 143, Loss).Brackets);
    }

    [Theory]
    [InlineData(1, 1, 81)]
    [InlineData(81, 1, 81)]
    [InlineData(82, 82, 115)]
    [InlineData(116, 116, 130)]
    [InlineData(131, 131, 138)]
    [InlineData(139, 139, 143)]
    [InlineData(144, 144, 200)] // The second round begins with its first bracket, of which the budget leaves 57 trials.
    public void Cohorts_follow_each_other_by_number(int number, int first, int last) =>
        Assert.Equal(new TrialRange(first, last), new HyperbandRule(1, 3, 81, 200, Loss).ComparedWith(number));

    [Fact]
    public void A_trial_is_judged_at_the_rungs_of_its_bracket()
    {
        var rule = new HyperbandRule(1, 3, 81, 143, Loss);
        Assert.Equal([1, 3, 9, 27], rule.Rungs(40, 81));
        Assert.Equal([9, 27], rule.Rungs(120, 81));
        Assert.Empty(rule.Rungs(140, 81));
        Assert.Equal([1, 3], rule.Rungs(40, 9));
    }

    [Fact]
    public void Of_a_whole_cohort_as_many_go_on_as_the_next_rung_has()
    {
        const int trials = 143;
        var sweep = new StoppedSweep(trials, 81, seed: 2);
        var rule = new HyperbandRule(1, 3, 81, trials, Loss);
        var ended = sweep.Train(rule, 4, _ => 0);
        var first = 0;
        foreach (var bracket in rule.Brackets)
        {
            var cohort = ended.Skip(first).Take(bracket[0].Trials).ToList();
            Assert.All(bracket, rung => Assert.Equal(rung.Trials, cohort.Count(trial => trial.Epochs >= rung.Epochs)));
            first += bracket[0].Trials;
        }
    }

    [Fact]
    public void A_trial_that_failed_does_not_end_another()
    {
        var rule = new HyperbandRule(1, 3, 9, 9, Loss);
        RungStandings others =
            [.. Enumerable.Range(1, 9).Select(number => new RungEntry(number, number > 3 ? null : number, IsOver: true))];
        Assert.Equal(RungVerdict.GoOn, rule.Judge(3, [3.0], others).Verdict);
    }

    [Fact]
    public void A_first_rung_beyond_the_epochs_judges_nobody()
    {
        var rule = new HyperbandRule(10, 3, 9, 20, Loss);
        Assert.All(Enumerable.Range(1, 20), number => Assert.Empty(rule.Rungs(number, 9)));
    }
}
