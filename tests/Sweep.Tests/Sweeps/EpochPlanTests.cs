using Sweep.Domain.Search;
using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Sweeps;

public sealed class EpochPlanTests
{
    [Fact]
    public void Of_asha_one_in_factor_is_expected_to_go_on_at_each_rung_and_who_is_better_than_all_before_always_does()
    {
        var plan = EpochPlan.Of(Ruled(new StopSpec.Asha(2, 3)), [.. Enumerable.Repeat(40, 24)]);
        Assert.Equal([2, 6, 18, 40], plan.Rungs.Select(rung => rung.Epoch));
        Assert.Equal([24, 24, 24, 24], plan.Rungs.Select(rung => rung.Most));
        // The first three trials go on with 1, 1/2 and 1/3, and those after them with 1/3; at the second rung it is 1/9 from the ninth on.
        // At the third rung all 24 are better than all before with 1 / number.
        var all = Enumerable.Range(1, 24).Sum(number => 1.0 / number);
        double[] expected = [24, 1.5 + (22 / 3.0), Enumerable.Range(1, 9).Sum(number => 1.0 / number) + (15 / 9.0), all];
        Assert.Equal(expected.Select(trials => Math.Round(trials, 6)), plan.Rungs.Select(rung => Math.Round(rung.Expected, 6)));
        Assert.Equal([false, false, false, true], plan.Rungs.Select(rung => rung.IsLast));
        Assert.Equal((2 * expected[0]) + (4 * expected[1]) + (12 * expected[2]) + (22 * expected[3]), plan.Expected, 1e-9);
        Assert.Equal((24.0 * 40, 0), (plan.Most, plan.Untold.Count));
    }

    [Theory]
    [InlineData(27, 81, 1, 3)]
    [InlineData(40, 30, 1, 2)]
    [InlineData(100, 20, 2, 4)]
    public void What_is_expected_of_asha_is_near_what_it_trains_when_losses_keep_their_order(int trials, int epochs, int first, int factor)
    {
        var rule = new AshaRule(first, factor, new(Sweep.Domain.Trials.Metric.ValLoss, Sweep.Domain.Trials.Goal.Minimize));
        var random = new Random(5);
        var trained = Enumerable.Range(0, 200).Average(_ => RuleReplay.Epochs(
            rule,
            [.. Enumerable.Range(0, trials)
                .Select(_ => random.NextDouble())
                .Select(score => new TrialCurve([.. Enumerable.Repeat(score, epochs)], epochs))]).Sum());
        var plan = EpochPlan.Of(Ruled(new StopSpec.Asha(first, factor)), [.. Enumerable.Repeat(epochs, trials)]);
        Assert.InRange(plan.Expected / trained, 0.75, 1.15);
        Assert.InRange(trained, first * trials, plan.Most);
    }

    [Theory]
    [InlineData(143, 81, 3, 1)]
    [InlineData(200, 81, 3, 1)] // The second round's first cohort is cut off.
    [InlineData(10, 30, 2, 1)]
    [InlineData(40, 30, 2, 3)]
    public void Hyperband_is_planned_bracket_by_bracket_and_trains_just_that(int points, int epochs, int factor, int replicates)
    {
        var rule = new HyperbandRule(
            1, factor, epochs, points, new(Sweep.Domain.Trials.Metric.ValLoss, Sweep.Domain.Trials.Goal.Minimize));
        var random = new Random(6);
        var trained = RuleReplay.Epochs(
            rule,
            [.. Enumerable.Range(0, points)
                .Select(_ => new TrialCurve([.. Enumerable.Range(0, epochs).Select(_ => random.NextDouble())], epochs))]);
        var spec = Drawn(points, new StopSpec.Hyperband(1, factor), Whole(epochs)) with { Replicates = replicates };
        var plan = EpochPlan.Of(spec, [.. Enumerable.Repeat(epochs, points * replicates)]);
        // The replicates of a point go as far as it does.
        var all = trained.Sum() * replicates;
        Assert.Equal((all, all), ((int)Math.Round(plan.Expected), (int)Math.Round(plan.Most)));
        if (points != 143)
            return;
        // Source: Li et al., Hyperband, JMLR 18(185), 2018, table 1, the bracket with the most trials.
        Assert.Equal(
            [(1, 81.0), (3, 27), (9, 9), (27, 3), (81, 1)],
            plan.Rungs.Where(rung => rung.Bracket == 4).Select(rung => (rung.Epoch, Math.Round(rung.Expected, 9))));
        Assert.Equal([4, 3, 2, 1, 0], plan.Rungs.Select(rung => rung.Bracket!.Value).Distinct());
    }

    [Fact]
    public void Of_asha_the_replicates_of_a_point_go_on_together()
    {
        var once = EpochPlan.Of(Ruled(new StopSpec.Asha(2, 3)), [.. Enumerable.Repeat(40, 24)]);
        var twice = EpochPlan.Of(Ruled(new StopSpec.Asha(2, 3)) with { Replicates = 2 }, [.. Enumerable.Repeat(40, 48)]);
        Assert.Equal(
            once.Rungs.Select(rung => Math.Round(2 * rung.Expected, 6)), twice.Rungs.Select(rung => Math.Round(rung.Expected, 6)));
    }

    [Fact]
    public void Hyperband_has_the_rungs_of_the_most_epochs_also_where_no_trial_has_drawn_them()
    {
        var plan = EpochPlan.Of(Drawn(9, new StopSpec.Hyperband(1, 3), Whole(4), Whole(9)), [.. Enumerable.Repeat(4, 9)]);
        // The first cohort of nine epochs has nine trials, rungs after 1 and 3 epochs, and its end after 9.
        Assert.Equal([(2, 1, 9), (2, 3, 3), (2, 4, 1)], plan.Rungs.Select(rung => (rung.Bracket!.Value, rung.Epoch, (int)rung.Most)));
    }

    [Fact]
    public void Trials_that_end_earlier_are_judged_at_fewer_rungs()
    {
        var plan = EpochPlan.Of(Ruled(new StopSpec.Asha(2, 2)), [2, 3, 8, 8]);
        Assert.Equal(
            [(2, 3.0, 3.0), (4, 2, 1), (8, 4, Math.Round(1 + 0.5 + (1 / 3.0) + 0.25, 6))],
            plan.Rungs.Select(rung => (rung.Epoch, rung.Most, Math.Round(rung.Expected, 6))));
    }

    [Fact]
    public void What_other_rules_stop_cannot_be_told_and_a_budget_of_epochs_is_the_most_that_is_expected()
    {
        var plan = EpochPlan.Of(Ruled(new StopSpec.Median(1), new StopSpec.Patience(3)), [10, 10]);
        Assert.Equal((20.0, 20.0), (plan.Expected, plan.Most));
        Assert.Equal(["median", "patience"], plan.Untold);
        Assert.Single(plan.Rungs);
        plan = EpochPlan.Of(Ruled(new StopSpec.Asha(1, 3), new StopSpec.Median(1)) with { Budget = new(Epochs: 12) }, [10, 10]);
        Assert.Equal((12.0, 20.0), (plan.Expected, plan.Most));
        Assert.Equal(["median"], plan.Untold);
    }

    private static SweepSpec Drawn(int points, StopSpec rule, params ParameterValue[] epochs) =>
        Spec(Of(Range("learning_rate", 1e-4, 1, Scale.Log), Choice("epochs", epochs)), new(MethodKind.Random, points)) with
        {
            Stop = [rule],
        };

    private static SweepSpec Ruled(params StopSpec[] rules) => Spec(Of(Choice("cell", Word("rnn")))) with { Stop = rules };
}
