using Sweep.Domain.Reports;
using Sweep.Domain.Stopping;
using Sweep.Domain.Trials;
using Sweep.Tests.Search;

namespace Sweep.Tests.Stopping;

public sealed class RuleReplayTests
{
    private static readonly MetricWords Words = new(Metric.ValLoss, Goal.Minimize);

    /// <summary>Four trials of nine epochs; the last one is slow and ends best.</summary>
    private static readonly TrialCurve[] Four =
    [
        new([5, 4, 3, 3, 3, 3, 3, 3, 3], 9),
        new([6, 5, 4, 4, 4, 4, 4, 4, 4], 9),
        new([4, 3.5, 3.5, 3.5, 3.5, 3.5, 3.5, 3.5, 2.5], 9),
        new([4.5, 4.4, 4.4, 4, 3, 2, 1, 1, 1], 9),
    ];

    [Fact]
    public void Asha_on_four_trials_is_as_worked_by_hand()
    {
        // Rungs are at epochs 1 and 3. Trial 1 is alone at both. Trial 2 has 6 against 5. Trial 3 has 4 against 5 and 6, then 3.5 against
        // the 3 of trial 1. Trial 4 has 4.5, which is number 2 of 4, of which one goes on.
        var rule = new AshaRule(1, 3, Words);
        Assert.Equal([9, 1, 3, 1], RuleReplay.Epochs(rule, Four));
        // With trial 4 first: 5 and 6 are above its 4.5; trial 3 has 4, the best of 4, and then 3.5 against 4.4.
        Assert.Equal([9, 1, 1, 9], RuleReplay.Epochs(rule, [Four[3], Four[0], Four[1], Four[2]]));
    }

    [Fact]
    public void A_trial_that_failed_is_compared_with_as_far_as_it_got()
    {
        // Trial 1 fails after epoch 2, so trial 2 has 4 against 3 at epoch 1 and is stopped there; trial 3 has 2, the best of 3, and at
        // epoch 3 nobody else.
        TrialCurve[] curves = [new([3, 3], 9), new([4, 1, 1, 1, 1, 1, 1, 1, 1], 9), new([2, 2, 2, 2, 2, 2, 2, 2, 2], 9)];
        Assert.Equal([2, 1, 9], RuleReplay.Epochs(new AshaRule(1, 3, Words), curves));
    }

    [Fact]
    public void A_point_is_replayed_by_the_mean_of_its_replicates_and_costs_the_epochs_of_all_of_them()
    {
        // The second replicate fails after epoch 2, so the third epoch is the first one's alone.
        var point = TrialCurve.OfPoint([new([5, 4, 6], 4), new([1, 3], 4)]);
        Assert.Equal([3, 2.5, 4], point.Scores);
        Assert.Equal((4, 2), (point.Epochs, point.Trials));
        Assert.Equal([2L, 4, 5], Enumerable.Range(1, 3).Select(point.Trained));
        var other = TrialCurve.OfPoint([new([4, 4, 4, 4], 4), new([4, 4, 4, 4], 4)]);
        var report = ReplayReport.Of(Spaces.Spec(Spaces.Of()), [point, other], [new StopSpec.Threshold(1, 3.5)], 10);
        Assert.Equal((13, 2.5, 4), (report.Epochs, report.Best, report.Trials));
        Assert.Equal((7, 2.5), (report.Rules[0].Epochs, report.Rules[0].Found));
    }

    public static TheoryData<string> Rules => ["asha", "hyperband", "median", "threshold", "patience", "both"];

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_replay_stops_the_trials_that_the_sweep_itself_would_have_stopped(string name)
    {
        const int trials = 60, epochs = 27;
        IStoppingRule rule = name switch
        {
            "asha" => new AshaRule(1, 3, Words),
            "hyperband" => new HyperbandRule(1, 3, epochs, trials, Words),
            "median" => new MedianRule(2, 3, MedianRule.DefaultTrials, Words),
            "threshold" => new ThresholdRule(4, 1, Words),
            "patience" => new PatienceRule(5, 0, Words),
            _ => new AnyOfRules([new ThresholdRule(3, 2, Words), new AshaRule(1, 3, Words)]),
        };
        foreach (var seed in new[] { 1, 2, 3 })
        {
            var sweep = new StoppedSweep(trials, epochs, seed);
            Assert.Equal(
                sweep.Train(rule, 4, new Random(seed).Next).Select(trial => trial.Epochs),
                RuleReplay.Epochs(rule, [.. sweep.Curves.Select(curve => new TrialCurve(curve, epochs))]));
        }
    }

    [Fact]
    public void Orders_are_decided_by_the_seed_and_are_all_alike_probable()
    {
        var rule = new AshaRule(1, 3, Words);
        var replayed = RuleReplay.InOrders(rule, Four, 24_000, seed: 7);
        Assert.Equal(replayed, RuleReplay.InOrders(rule, Four, 24_000, seed: 7));
        Assert.NotEqual(replayed, RuleReplay.InOrders(rule, Four, 24_000, seed: 8));
        // All 24 orders, one by one, are the independent calculation.
        var orders = Orders([0, 1, 2, 3]).Select(order => order.Select(index => Four[index]).ToArray()).ToList();
        var expected = orders.Average(order => RuleReplay.Epochs(rule, order).Sum());
        Assert.Equal(expected, replayed.Average(sweep => (double)sweep.Epochs), 0.1);
        var found = orders.Count(order => RuleReplay.Epochs(rule, order)[Array.IndexOf(order, Four[3])] >= 7) / 24.0;
        Assert.Equal(found, replayed.Count(sweep => sweep.Best == 1) / 24_000.0, 0.015);
    }

    [Fact]
    public void A_report_has_the_epochs_and_the_regret_and_names_the_cheapest_rule_that_loses_nothing()
    {
        var report = ReplayReport.Of(
            Spaces.Spec(Spaces.Of()),
            Four,
            [new StopSpec.Asha(), new StopSpec.Patience(8), new StopSpec.Threshold(1, 5), new StopSpec.Threshold(1, 4.2)],
            500);
        Assert.Equal((36, 1, 4, 500), (report.Epochs, report.Best, report.Trials, report.Orders));
        var (asha, patience, loose, strict) = (report.Rules[0], report.Rules[1], report.Rules[2], report.Rules[3]);
        Assert.Equal((36, 1, 1, 0, 0, 1), (
            patience.Epochs, patience.Share, patience.Found, patience.Regret, patience.Regret95, patience.WithoutRegret));
        // The threshold 5 ends trial 2 alone; 4.2 ends trials 1, 2 and 4, and the best that is left is 2.5.
        Assert.Equal((28, 1, 0, 1), (loose.Epochs, loose.Found, loose.Regret, loose.WithoutRegret));
        Assert.Equal((12, 2.5, 1.5, 1.5, 0), (strict.Epochs, strict.Found, strict.Regret, strict.Regret95, strict.WithoutRegret));
        Assert.InRange(asha.WithoutRegret, 0.05, 0.9);
        Assert.Equal(loose, report.Cheapest);
    }

    [Fact]
    public void An_objective_that_is_maximized_is_shown_in_its_own_sign()
    {
        var spec = Spaces.Spec(Spaces.Of(), objective: new(Metric.ValAccuracy, Goal.Maximize));
        TrialCurve[] curves = [new([-0.5, -0.6], 2), new([-0.7, -0.8], 2)];
        var report = ReplayReport.Of(spec, curves, [new StopSpec.Threshold(1, 0.6)], 10);
        Assert.Equal((0.8, 3, 0.8), (report.Best, report.Rules[0].Epochs, report.Rules[0].Found));
    }

    [Fact]
    public void Usual_rules_all_judge_a_trial_of_that_many_epochs()
    {
        Assert.Empty(ReplayReport.Usual(1));
        foreach (var epochs in new[] { 2, 3, 5, 20 })
        {
            Assert.All(ReplayReport.Usual(epochs), rule =>
                // The last kind of Hyperband's cohorts has no rung.
                Assert.Contains(Enumerable.Range(1, 50), number =>
                    SweepRules.Of([rule], Words, epochs, () => 50)!.Rungs(number, epochs).Count > 0));
        }

        Assert.Equal(4, ReplayReport.Usual(20).Select(rule => rule.GetType()).Distinct().Count());
    }

    private static IEnumerable<int[]> Orders(int[] items) => items.Length == 0 ? [[]] : items.SelectMany(first =>
        Orders([.. items.Where(item => item != first)]).Select(rest => (int[])[first, .. rest]));
}
