using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Reports;

public sealed class SweepReportTests
{
    /// <summary>Four trials, in this order: rnn with 1 layer, rnn with 2, gru with 1, gru with 2.</summary>
    private static readonly SearchSpace FourTrials = Of(Choice("cell", Word("rnn"), Word("gru")), Choice("layers", Whole(1), Whole(2)));

    [Fact]
    public void A_report_begins_its_notes_with_what_ended_the_sweep_and_whether_it_can_be_repeated()
    {
        var report = SweepReport.Of(Spec(Of(Choice("cell", Word("rnn"), Word("lstm")))), []);
        Assert.Equal(report.Notes, report.WithSearch(null, null).Notes);
        Assert.Equal(
            [
                "The budget ended the sweep: target: trial 3.", "The same sweep file may give other trials: search.order is arrival.",
                .. report.Notes,
            ],
            report.WithSearch("search.order is arrival", "target: trial 3").Notes);
    }

    [Fact]
    public void Rows_are_in_the_order_of_the_objective_and_trials_without_a_result_come_last()
    {
        var spec = Spec(Of(Range("learning_rate", 0.1, 0.7, step: 0.1)), objective: new(Metric.ValAccuracy, Goal.Maximize));
        TrialState?[] states = [TrialState.Failed, null, TrialState.Queued, null, TrialState.Cancelled, TrialState.Running, null];
        var trials = Trials(spec, [0.9, 0.3, 0.9, 0.5, 0.9, 0.9, 0.5], states);
        Assert.Equal([4, 7, 2, 6, 3, 5, 1], SweepReport.Of(spec, trials).Rows.Select(row => row.Number));
    }

    [Fact]
    public void Effects_are_means_with_the_share_of_the_variance_that_they_explain()
    {
        var spec = Spec(FourTrials);
        var report = SweepReport.Of(spec, Trials(spec, [2.0, 2.2, 1.0, 1.2]));
        // The mean is 1.6 and the total variation 0.16 + 0.36 + 0.36 + 0.16 = 1.04. The cells' means are 2.1 and 1.1, which explains
        // 4·0.25 = 1; the layers' means are 1.5 and 1.7, which explains 4·0.01 = 0.04.
        Assert.Equal(["cell", "layers"], report.Effects.Select(effect => effect.Parameter));
        Assert.Equal(1 / 1.04, report.Effects[0].Raw!.Value, 12);
        Assert.Equal(0.04 / 1.04, report.Effects[1].Raw!.Value, 12);
        Assert.All(report.Effects, effect => Assert.Equal(1.0 / 3, effect.Chance!.Value, 12));
        var rnn = report.Effects[0].Values[0];
        Assert.Equal(("rnn", 2, 0), (rnn.Value, rnn.Count, rnn.Failed));
        Assert.Equal(2.1, rnn.Objective!.Mean, 12);
        // The deviation is √((0.1² + 0.1²) / 1).
        Assert.Equal(Math.Sqrt(0.02), rnn.Objective.Deviation!.Value, 12);
        // Trials 1 and 2 took 1 s and 2 s, and have 100 and 200 parameters.
        Assert.Equal((1.5, 150, 600), (rnn.TrainSeconds!.Mean, rnn.ModelParameters!.Mean, rnn.ModelBytes!.Mean));
        Assert.Equal(
            "No parameter is told apart from chance. cell made the largest difference: mean val_loss 1.1 with gru (2 trials), 2.1 with rnn "
                + "(2 trials); so large a one is no surprise without any effect",
            report.Verdict.Split(" (p =")[0]);
    }

    [Fact]
    public void The_verdict_follows_the_goal()
    {
        var spec = Spec(FourTrials, objective: new(Metric.ValAccuracy, Goal.Maximize));
        Assert.StartsWith(
            "No parameter is told apart from chance. cell made the largest difference: mean val_accuracy 0.55 with rnn (2 trials), "
                + "0.15 with gru (2 trials);",
            SweepReport.Of(spec, Trials(spec, [0.5, 0.6, 0.1, 0.2])).Verdict,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_are_in_order_and_failed_trials_are_counted_but_not_averaged()
    {
        var spec = Spec(Of(Choice("layers", Whole(10), Whole(9)), Choice("cell", Word("rnn"), Word("gru"))));
        var report = SweepReport.Of(spec, Trials(spec, [2, 4, 1, 1000], [null, null, null, TrialState.Failed]));
        var layers = report.Effects.Single(effect => effect.Parameter == "layers").Values;
        Assert.Equal(
            [("9", 1, 1, 1.0), ("10", 2, 0, 3.0)], layers.Select(value => (value.Value, value.Count, value.Failed, value.Objective!.Mean)));
        Assert.Null(layers[0].Objective!.Deviation);
        Assert.Contains("1 of 4 trials failed; no mean counts them.", report.Notes);
    }

    [Fact]
    public void A_best_value_that_is_not_finite_is_no_success()
    {
        var spec = Spec(FourTrials);
        var report = SweepReport.Of(spec, Trials(spec, [double.NaN, 2, 1, double.PositiveInfinity]));
        Assert.Equal([3, 2, 1, 4], report.Rows.Select(row => row.Number));
        var values = report.Effects.SelectMany(effect => effect.Values);
        Assert.All(values, value => Assert.True(value.Objective is null || double.IsFinite(value.Objective.Mean)));
    }

    [Fact]
    public void When_nothing_varies_the_verdict_says_so()
    {
        var spec = Spec(Of(Choice("cell", Word("rnn"))));
        var report = SweepReport.Of(spec, Trials(spec, [1]));
        Assert.Empty(report.Effects);
        Assert.Equal("No parameter varies in this sweep, so there is nothing to compare.", report.Verdict);
    }

    [Fact]
    public void When_fewer_than_two_trials_succeeded_the_verdict_says_so()
    {
        var spec = Spec(FourTrials);
        var report = SweepReport.Of(spec, Trials(spec, [2, 1, 1, 1], [null, TrialState.Failed, TrialState.Running, TrialState.Queued]));
        Assert.Equal("1 of 4 trials succeeded, too few to say what mattered.", report.Verdict);
        Assert.Contains("2 of 4 trials have not finished; the effects are of those that have.", report.Notes);
        Assert.Equal("0 of 0 trials succeeded, too few to say what mattered.", SweepReport.Of(spec, []).Verdict);
    }

    [Fact]
    public void With_one_trial_for_each_value_no_variance_is_explained()
    {
        var spec = Spec(Of(Choice("cell", Word("rnn"), Word("lstm"), Word("gru"))));
        var report = SweepReport.Of(spec, Trials(spec, [2, 1.5, 1]));
        Assert.Null(report.Effects[0].Explained);
        Assert.Equal(
            "cell made the largest difference: mean val_loss 1 with gru (1 trial), 2 with rnn (1 trial); " +
                "with so few trials this may be chance.",
            report.Verdict);
    }

    [Fact]
    public void When_all_trials_end_alike_nothing_mattered()
    {
        var spec = Spec(FourTrials);
        Assert.Equal(
            "No parameter mattered: each one's values have the same mean val_loss.",
            SweepReport.Of(spec, Trials(spec, [1, 1, 1, 1])).Verdict);
    }

    [Fact]
    public void Many_numbers_of_a_range_are_compared_by_quarters()
    {
        var spec = Spec(Of(Range("learning_rate", 0.001, 0.1, Scale.Log)), new(MethodKind.Random, 40));
        var trials = Trials(spec, [.. SearchMethods.For(spec).TypedTrials().Select(trial => Math.Log(trial.LearningRate))]);
        var effect = SweepReport.Of(spec, trials).Effects.Single();
        Assert.Equal([10, 10, 10, 10], effect.Values.Select(value => value.Count));
        Assert.Equal(effect.Values.Select(value => value.Objective!.Mean).Order(), effect.Values.Select(value => value.Objective!.Mean));
        Assert.InRange(effect.Explained!.Value, 0.85, 0.999);
        Assert.All(effect.Values, value => Assert.Matches(@"^0\.\d+ … 0\.\d+$", value.Value));
    }

    [Theory]
    [InlineData(SplitKind.Random, true, false)]
    [InlineData(SplitKind.Windows, true, true)]
    [InlineData(SplitKind.Tail, false, false)]
    public void A_split_whose_windows_overlap_is_reported_as_flattering_and_one_that_moves_as_moving(
        SplitKind split, bool flatters, bool moves)
    {
        var spec = Spec(FourTrials, split: split).WithFirstTarget();
        Assert.Equal((flatters, moves), Noted(spec));
        // Version 0.1.0 called random what is called windows now.
        if (split == SplitKind.Windows)
            Assert.Equal((true, true), Noted(spec with { Dataset = spec.Dataset with { Split = SplitKind.Random } }));

        static (bool, bool) Noted(SweepSpec spec)
        {
            var notes = SweepReport.Of(spec, Trials(spec, [1, 2, 3, 4])).Notes;
            return (
                notes.Any(note => note.Contains("better than on new text", StringComparison.Ordinal)),
                notes.Any(note => note.Contains("are measured on other windows", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Without_a_test_the_report_says_that_the_best_epoch_was_chosen_on_the_set_that_is_reported()
    {
        const string chosen = "Each trial's best epoch was chosen on the validation set that is reported";
        const string free = "No epoch was chosen by the test loss";
        var spec = Spec(FourTrials, split: SplitKind.Tail).WithFirstTarget();
        Assert.Equal([chosen], Noted(spec));
        Assert.Equal([free], Noted(spec with { Dataset = spec.Dataset with { Test = 0.1 } }));
        // The training loss is not of the set that is reported, and of one epoch there is no choice.
        Assert.Empty(Noted(spec with { Objective = new(Metric.TrainLoss, Goal.Minimize) }));
        Assert.Empty(Noted(Spec(Of(Choice("epochs", Whole(1)), Choice("layers", Whole(1), Whole(2))), split: SplitKind.Tail)));

        static IEnumerable<string> Noted(SweepSpec spec) => SweepReport.Of(spec, Trials(spec, [1, 2, 3, 4])).Notes
            .SelectMany(note => new[] { chosen, free }.Where(words => note.StartsWith(words, StringComparison.Ordinal)));
    }

    [Fact]
    public void Published_numbers_stand_beside_ours_at_the_same_epoch()
    {
        var spec = Spec(FourTrials);
        var trials = Trials(spec, [2, 2, 1, 1]);
        ReferenceRow[] reference =
        [
            Reference("rnn", 10, trainLoss: 1.5, valAccuracy: 0.5),
            Reference("rnn", 20, trainLoss: 1.25, trainSeconds: 4),
            Reference("lstm", 20, trainLoss: 1),
        ];
        (int, EpochReport)[] epochs = [(1, Epoch(10, 1.75)), (1, Epoch(20, 1)), (2, Epoch(20, 3)), (3, Epoch(20, 7))];
        var report = SweepReport.Of(spec, trials, reference, epochs);
        Assert.Equal([(1, 10), (1, 20), (2, 20)], report.Comparisons.Select(row => (row.Number, row.Epoch)));
        var (first, second) = (report.Comparisons[0], report.Comparisons[1]);
        Assert.Equal((0.25, new Compared(0.5, 0.25)), (first.TrainLoss!.Difference, first.ValAccuracy));
        Assert.Null(first.ValLoss);
        Assert.Null(first.TrainSeconds);
        // Trial 1 took one second for its 20 epochs, so the published 4 s for 20 epochs are compared with 1 s.
        Assert.Equal(new Compared(4, 1), second.TrainSeconds);
        Assert.Contains("1 of 3 published rows have no epoch of this sweep beside them.", report.Notes);
    }

    private static ReferenceRow Reference(
        string cell, int epoch, double? trainLoss = null, double? valAccuracy = null, double? trainSeconds = null) =>
        new(new Dictionary<string, ParameterValue> { ["cell"] = Word(cell) }, epoch, trainLoss, null, valAccuracy, trainSeconds);

    private static EpochMetrics Epoch(int epoch, double trainLoss) =>
        new(epoch, trainLoss, ValLoss: 2, ValAccuracy: 0.25, LearningRate: 0.1, Seconds: 1, SamplesPerSecond: 1);

    /// <summary>
    /// Makes the spec's trials with these best values. Trial n took n seconds and has 100 · n parameters. A null state stands for success.
    /// </summary>
    private static List<TrialSummary> Trials(SweepSpec spec, double[] values, TrialState?[]? states = null) =>
    [
        .. SearchMethods.For(spec).Trials().Zip(values).Select((pair, index) =>
        {
            var state = states?[index] ?? TrialState.Succeeded;
            var result = new TrialResult(index + 1, 1, 1, 100 * (index + 1), 400 * (index + 1), 1, 1, 1, 1, "");
            return new TrialSummary(
                index + 1, pair.First, state, 1, 20, pair.Second, spec.Objective.Score(pair.Second), null, null,
                state == TrialState.Succeeded ? result : null, null, null);
        }),
    ];
}
