using Sweep.Domain.Stopping;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Stopping;

public sealed class AshaRuleTests
{
    private static readonly MetricWords Loss = new(Metric.ValLoss, Goal.Minimize);

    /// <summary>
    /// The promotion scheme of the paper for 9 trials of at most 9 epochs and factor 3. Source: Li et al., MLSys 2020, figure 1: in bracket
    /// s, 9 trials have 3ˢ epochs, a third of them has three times as many, and so on up to 9.
    /// </summary>
    [Theory]
    [InlineData(1, new[] { 1, 3, 9 }, new[] { 9, 3, 1 })]
    [InlineData(3, new[] { 3, 9 }, new[] { 9, 3 })]
    [InlineData(9, new[] { 9 }, new[] { 9 })]
    public void Rungs_and_the_trials_at_them_are_those_of_the_paper(int first, int[] epochs, int[] trials)
    {
        var rule = new AshaRule(first, 3, Loss);
        Assert.Equal(epochs.SkipLast(1), rule.Rungs(1, 9));
        // The worst trials come last, so that the first ones are the best at each rung.
        var ended = new StoppedSweepOf([.. Enumerable.Range(1, 9).Select(number => Enumerable.Repeat((double)number, 9).ToArray())]);
        for (var rung = 0; rung < epochs.Length; rung++)
        {
            var left = trials[rung];
            Assert.Equal(9 / (int)Math.Pow(3, rung), left);
            if (rung + 1 < epochs.Length)
                Assert.Equal(trials[rung + 1], ended.GoOn(rule, epochs[rung], left));
        }
    }

    [Fact]
    public void By_hand_each_trial_goes_on_that_is_in_the_best_third_of_those_up_to_its_number()
    {
        (double Loss, bool GoesOn)[] trials =
        [
            (0.5, true), // It is the best of 1.
            (0.4, true), // It is the best of 2, of which 1 goes on.
            (0.6, false), // It is number 3 of 3.
            (0.3, true),
            (0.35, false), // It is number 2 of 5, of which still only 1 goes on.
            (0.2, true),
            (0.25, true), // It is number 2 of 7, of which 2 go on.
            (0.28, false), // It is number 3 of 8.
            (0.29, false), // It is number 4 of 9, of which 3 go on.
            (0.24, true), // It is number 2 of 10.
        ];
        for (var number = 1; number <= trials.Length; number++)
        {
            var verdict = Judge(number, trials[number - 1].Loss, [.. trials.Take(number - 1).Select(trial => trial.Loss)]).Verdict;
            Assert.Equal((number, trials[number - 1].GoesOn ? RungVerdict.GoOn : RungVerdict.Stop), (number, verdict));
        }
    }

    [Fact]
    public void The_sentence_says_what_a_trial_was_held_against()
    {
        Assert.Equal(
            new(RungVerdict.Stop, 2, "epoch 3: val_loss 4 is number 4 of 6 trials, of which the best 2 go on; the last of those has 2"),
            Judge(6, 4, [1, 2, 3, 5, 6], epochs: 3));
        Assert.Equal(
            new(RungVerdict.GoOn, 3, "epoch 3: val_loss 2 is number 2 of 6 trials, of which the best 2 go on"),
            Judge(6, 2, [1, 3, 4, 5, 6], epochs: 3));
        Assert.Equal(new(RungVerdict.GoOn, null, "epoch 1: val_loss 2 is number 1 of 1 trial, of which the best goes on"), Judge(1, 2, []));
    }

    [Fact]
    public void A_metric_that_is_maximized_is_shown_as_it_was_measured()
    {
        var rule = new AshaRule(1, 2, new(Metric.ValAccuracy, Goal.Maximize));
        Assert.Equal(
            new(
                RungVerdict.Stop, -0.75,
                "epoch 1: val_accuracy 0.5 is number 2 of 2 trials, of which the best goes on; it has 0.75"),
            rule.Judge(2, [-0.5], [new(1, -0.75, false)]));
    }

    [Fact]
    public void Of_equal_trials_the_one_with_the_lower_number_goes_on()
    {
        Assert.Equal(RungVerdict.Stop, Judge(2, 1, [1]).Verdict);
        Assert.Equal(RungVerdict.GoOn, Judge(6, 1, [1, 2, 2, 2, 2]).Verdict);
    }

    [Fact]
    public void Trials_that_ended_before_the_rung_are_not_counted()
    {
        RungStandings others = [new(1, 1, false), new(2, null, true), new(3, null, true), new(4, null, true), new(5, null, true)];
        Assert.Equal(RungVerdict.Stop, new AshaRule(1, 3, Loss).Judge(6, [2], others).Verdict);
    }

    private static Judgement Judge(int number, double loss, double[] others, int epochs = 1) => new AshaRule(1, 3, Loss).Judge(
        number,
        [.. Enumerable.Repeat(loss, epochs)],
        [.. others.Index().Select(other => new RungEntry(other.Index + 1, other.Item, IsOver: false))]);

    private sealed class StoppedSweepOf(IReadOnlyList<double[]> curves)
    {
        /// <summary>How many of the first trials the last of them lets go on at a rung: its best places.</summary>
        public int GoOn(IStoppingRule rule, int epoch, int trials)
        {
            RungStandings others =
                [.. Enumerable.Range(1, trials - 1).Select(number => new RungEntry(number, curves[number - 1][0], false))];
            return Enumerable.Range(0, trials).Count(place =>
                rule.Judge(trials, [.. Enumerable.Repeat(place + 0.5, epoch)], others).Verdict == RungVerdict.GoOn);
        }
    }
}
