using Sweep.Domain.Stopping;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Stopping;

/// <summary>Tests of the rules that are short enough to be tested together.</summary>
public sealed class StoppingRuleTests
{
    private static readonly MetricWords Loss = new(Metric.ValLoss, Goal.Minimize);
    private static readonly MetricWords Accuracy = new(Metric.ValAccuracy, Goal.Maximize);

    [Theory]
    [InlineData(3.5, RungVerdict.Stop, "epoch 4: val_loss 3.5 is above the median 3 of 5 trials")]
    [InlineData(3, RungVerdict.GoOn, "epoch 4: val_loss 3 is not above the median 3 of 5 trials")]
    public void A_trial_above_the_median_of_those_before_it_stops(double loss, RungVerdict verdict, string reason) => Assert.Equal(
        new(verdict, 3, reason),
        new MedianRule(4, 1, 5, Loss).Judge(6, [9, loss, 9, 9], [.. new[] { 4.0, 1, 3, 5, 2 }.Index().Select(trial =>
            new RungEntry(trial.Index + 1, trial.Item, IsOver: false))]));

    [Fact]
    public void Too_few_trials_make_no_median()
    {
        var rule = new MedianRule(4, 2, 3, Loss);
        Assert.Equal(
            new(RungVerdict.GoOn, null, "epoch 4: val_loss 9 is there; of the 3 trials that make a median, 1 got here"),
            rule.Judge(4, [9, 9, 9, 9], [new(1, 1, false), new(2, null, true), new(3, null, true)]));
        Assert.Equal(
            new(RungVerdict.GoOn, null, "epoch 4: val_loss 9 is there; the first 3 trials are not judged"),
            rule.Judge(3, [9, 9, 9, 9], []));
        Assert.True(rule.ComparedWith(3).IsEmpty);
        Assert.Equal([4, 6, 8], rule.Rungs(4, 9));
        Assert.Empty(rule.Rungs(4, 4));
    }

    [Fact]
    public void A_threshold_holds_at_its_epoch_alone()
    {
        var rule = new ThresholdRule(3, 0.4, Accuracy);
        Assert.Equal([3], rule.Rungs(7, 10));
        Assert.Empty(rule.Rungs(7, 3));
        Assert.True(rule.ComparedWith(7).IsEmpty);
        Assert.Equal(
            new(RungVerdict.Stop, -0.4, "epoch 3: val_accuracy 0.3 is below the threshold 0.4"), rule.Judge(7, [-0.1, -0.3, -0.2], []));
        Assert.Equal(
            new(RungVerdict.GoOn, -0.4, "epoch 3: val_accuracy 0.4 is not below the threshold 0.4"), rule.Judge(7, [-0.1, -0.4, -0.2], []));
    }

    [Fact]
    public void A_trial_stops_after_its_epochs_without_a_gain()
    {
        var rule = new PatienceRule(2, 0.1, Loss);
        Assert.Equal([3, 4, 5], rule.Rungs(1, 6));
        double[] losses = [3, 2, 1.95, 1.5, 1.45, 1.41];
        Assert.Equal(
            [RungVerdict.GoOn, RungVerdict.GoOn, RungVerdict.GoOn, RungVerdict.Stop],
            Enumerable.Range(3, 4).Select(epoch => rule.Judge(1, losses[..epoch], []).Verdict));
        Assert.Equal(
            new(
                RungVerdict.Stop, 1.5,
                "epoch 6: val_loss 1.5 at epoch 4 is the last gain of more than 0.1, 2 epochs ago; 2 without a gain end a trial"),
            rule.Judge(1, losses, []));
    }

    [Fact]
    public void The_first_rule_that_does_not_let_a_trial_go_on_decides()
    {
        var rules = new AnyOfRules([new AshaRule(1, 3, Loss), new ThresholdRule(3, 5, Loss)]);
        Assert.Equal([1, 3, 9], rules.Rungs(2, 20));
        Assert.Equal(new TrialRange(1, 1), rules.ComparedWith(2));
        Assert.Equal(RungVerdict.Wait, rules.Judge(2, [6, 6, 6], []).Verdict);
        Assert.Equal((RungVerdict.Stop, "threshold"), Judged(6));
        var reverse = new AnyOfRules([new ThresholdRule(3, 5, Loss), new AshaRule(1, 3, Loss)]);
        Assert.Equal((RungVerdict.Stop, "threshold"), (reverse.Judge(2, [6, 6, 6], []).Verdict, reverse.Judge(2, [6, 6, 6], []).Rule));
        Assert.Equal((RungVerdict.GoOn, "threshold"), Judged(4));
        Assert.Equal((RungVerdict.Stop, "asha"), Judged(8));

        (RungVerdict, string?) Judged(double loss)
        {
            var judgement = rules.Judge(2, [loss, loss, loss], [new(1, 7, false)]);
            return (judgement.Verdict, judgement.Rule);
        }
    }

    [Fact]
    public void At_an_epoch_a_trial_is_compared_with_the_trials_of_those_rules_that_judge_there()
    {
        var cohorts = new HyperbandRule(1, 3, 27, 100, Loss);
        var rules = new AnyOfRules([cohorts, new MedianRule(1, 1, 5, Loss)]);
        var number = Enumerable.Range(1, 100).First(number => number > 5 && cohorts.Rungs(number, 27)[0] > 1);
        Assert.True(cohorts.ComparedWith(number).Last > number);
        Assert.Equal(new TrialRange(1, number - 1), rules.ComparedAt(number, 1));
        Assert.Equal(rules.ComparedWith(number), rules.ComparedAt(number, cohorts.Rungs(number, 27)[0]));
    }
}
