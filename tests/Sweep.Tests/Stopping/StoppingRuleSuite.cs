using FsCheck;
using FsCheck.Fluent;
using Sweep.Domain.Stopping;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Stopping;

/// <summary>Tests that every stopping rule must pass.</summary>
public abstract class StoppingRuleSuite
{
    protected const int Epochs = 27;

    protected const int Trials = 60;

    private static readonly StoppedSweep Sweep = new(Trials, Epochs, seed: 4);

    protected static MetricWords Words { get; } = new(Metric.ValLoss, Goal.Minimize);

    protected abstract IStoppingRule Create();

    [Fact]
    public void Rungs_ascend_and_lie_within_the_trial()
    {
        foreach (var epochs in new[] { 1, 2, 3, 10, Epochs })
        {
            Assert.All(Enumerable.Range(1, Trials), number =>
            {
                var rungs = Create().Rungs(number, epochs);
                Assert.Equal(rungs.Distinct().Order(), rungs);
                Assert.All(rungs, rung => Assert.InRange(rung, 1, epochs - 1));
            });
        }
    }

    [Fact]
    public void The_rungs_of_a_shorter_trial_are_the_first_of_a_longer_one() => Assert.All(
        Enumerable.Range(1, Trials),
        number => Assert.Equal(
            Create().Rungs(number, Epochs).Where(rung => rung < 10),
            Create().Rungs(number, 10)));

    [Fact]
    public void Stops_are_the_same_on_any_number_of_workers_and_in_any_order_of_epochs_and_no_trial_waits_for_ever()
    {
        var expected = Sweep.Train(Create(), 1, _ => 0);
        Assert.Contains(expected, trial => trial.Stop is not null);
        Assert.Contains(expected, trial => trial.Stop is null);
        var order = from workers in Gen.Choose(1, 40)
                    from seed in Gen.Choose(0, 1_000_000)
                    select (Workers: workers, Seed: seed);
        Prop.ForAll(order.ToArbitrary(), order =>
        {
            var random = new Random(order.Seed);
            Assert.Equal(expected, Sweep.Train(Create(), order.Workers, random.Next));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10));
    }

    [Fact]
    public void A_trial_waits_exactly_while_one_that_it_is_compared_with_is_neither_there_nor_over()
    {
        var (rule, number) = (Create(), 30);
        var range = rule.ComparedWith(number);
        foreach (var rung in rule.Rungs(number, Epochs).Take(3))
        {
            RungEntry[] all = [.. Enumerable.Range(1, Trials).Where(other => other != number)
                .Select(other => new RungEntry(other, other % 5 == 0 ? null : other, IsOver: true))];
            Assert.NotEqual(RungVerdict.Wait, Judge([.. all]).Verdict);
            foreach (var missing in all)
            {
                var expected = missing.Number >= range.First && missing.Number <= range.Last;
                var running = missing with { Best = null, IsOver = false };
                Assert.Equal(expected, Judge([.. all.Where(entry => entry != missing)]).Verdict == RungVerdict.Wait);
                Assert.Equal(expected, Judge([.. all.Select(entry => entry == missing ? running : entry)]).Verdict == RungVerdict.Wait);
            }

            Judgement Judge(RungStandings others) => rule.Judge(number, [.. Enumerable.Repeat(0.5, rung)], others);
        }
    }

    [Fact]
    public void A_trial_that_others_wait_for_at_an_epoch_is_judged_there_too_so_that_it_tells_when_it_is_there() => Assert.All(
        Enumerable.Range(1, Trials),
        number => Assert.All(Create().Rungs(number, Epochs), epoch =>
        {
            var (first, last) = Create().ComparedAt(number, epoch);
            Assert.All(
                Enumerable.Range(first, Math.Max(0, last - first + 1)),
                other => Assert.Contains(epoch, Create().Rungs(other, Epochs)));
        }));

    [Fact]
    public void The_order_of_the_others_does_not_matter_and_the_reason_names_the_epoch_and_the_value()
    {
        var (rule, number) = (Create(), 30);
        RungStandings others = [.. Enumerable.Range(1, Trials).Where(other => other != number)
            .Select(other => new RungEntry(other, 1 + (other % 7), IsOver: false))];
        foreach (var rung in rule.Rungs(number, Epochs).Take(3))
        {
            double[] scores = [.. Enumerable.Repeat(3.25, rung)];
            var judgement = rule.Judge(number, scores, others);
            Assert.Equal(judgement, rule.Judge(number, scores, [.. others.Reverse()]));
            Assert.StartsWith($"epoch {rung}: val_loss 3.25 ", judgement.Reason);
        }
    }

    [Fact]
    public void A_trial_that_diverged_is_the_worst()
    {
        var (rule, number) = (Create(), 30);
        RungStandings others = [.. Enumerable.Range(1, Trials).Where(other => other != number)
            .Select(other => new RungEntry(other, 1 + (other % 7), IsOver: false))];
        var rung = rule.Rungs(number, Epochs)[0];
        foreach (var score in new[] { double.NaN, double.PositiveInfinity })
            Assert.Equal(RungVerdict.Stop, rule.Judge(number, [.. Enumerable.Repeat(score, rung)], others).Verdict);
    }
}

public sealed class AshaRuleSuite : StoppingRuleSuite
{
    protected override IStoppingRule Create() => new AshaRule(1, 3, Words);
}

public sealed class HyperbandRuleSuite : StoppingRuleSuite
{
    protected override IStoppingRule Create() => new HyperbandRule(1, 3, Epochs, Trials, Words);
}

public sealed class MedianRuleSuite : StoppingRuleSuite
{
    protected override IStoppingRule Create() => new MedianRule(2, 3, MedianRule.DefaultTrials, Words);
}

public sealed class ThresholdRuleSuite : StoppingRuleSuite
{
    protected override IStoppingRule Create() => new ThresholdRule(4, 1, Words);
}

public sealed class PatienceRuleSuite : StoppingRuleSuite
{
    protected override IStoppingRule Create() => new PatienceRule(5, 0, Words);
}

public sealed class AnyOfRulesSuite : StoppingRuleSuite
{
    protected override IStoppingRule Create() => new AnyOfRules([new ThresholdRule(3, 2, Words), new AshaRule(1, 3, Words)]);
}
