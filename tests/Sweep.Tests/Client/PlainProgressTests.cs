using Sweep.Client.Live;
using Sweep.Client.Output;
using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Client;

public sealed class PlainProgressTests
{
    private readonly PlainProgress _progress = new(TextWriter.Null);

    [Fact]
    public void The_first_line_counts_the_trials_and_those_that_are_already_over()
    {
        Assert.Equal(["letters: 4 trials"], Lines(0, running: 2));
        var resumed = Snapshot(0, running: 2, finished: [Samples.Trial(1, TrialState.Succeeded)]);
        Assert.Equal(["letters: 4 trials, 1 of them over already"], new PlainProgress(TextWriter.Null).Lines(resumed));
    }

    [Fact]
    public void Each_trial_that_ends_is_printed_once_in_one_line()
    {
        Lines(0, running: 2);
        Assert.Equal(
            ["1/4  #4 lstm 20  succeeded  val_loss 1.842 at epoch 43  12.1 s"],
            Lines(1, running: 2, finished: [Samples.Trial(4, TrialState.Succeeded)]));
        Assert.Equal(
            ["2/4  #1 rnn 10  failed  The loss is not finite."],
            Lines(2, running: 2, finished: [Samples.Trial(1, TrialState.Failed, epochsDone: 0), Samples.Trial(4, TrialState.Succeeded)]));
        Assert.Empty(Lines(3, running: 2));
    }

    [Fact]
    public void A_number_that_was_drawn_from_a_range_has_four_digits_as_in_tables() => Assert.Equal(
        "0.3196 65536",
        ParameterText.Join(
            new SearchSpace([]),
            new([("hidden_size", new ParameterValue.Whole(65_536)), ("learning_rate", new ParameterValue.Real(0.319576527995))]),
            ["learning_rate", "hidden_size"]));

    [Fact]
    public void A_line_break_in_a_reason_or_a_parameter_is_escaped()
    {
        Lines(0, running: 2);
        var failed = Samples.Trial(1, TrialState.Failed, epochsDone: 0) with
        {
            Reason = "one\r\ntwo\u2028three",
        };
        Assert.Equal(["1/4  #1 rnn 10  failed  one\\u000d\\u000atwo\\u2028three"], Lines(1, running: 2, finished: [failed]));
    }

    [Fact]
    public void A_trial_that_ends_has_its_other_objectives_too()
    {
        Lines(0, running: 2);
        var snapshot = Snapshot(1, running: 2, finished: [Samples.Trial(4, TrialState.Succeeded)]);
        var spec = snapshot.Sweep.Spec with { Objectives = [new(new("macs"), Goal.Minimize), snapshot.Sweep.Spec.Objective] };
        Assert.Equal(
            ["1/4  #4 lstm 20  succeeded  val_loss 1.842 at epoch 43  macs 661k  12.1 s"],
            _progress.Lines(snapshot with { Sweep = snapshot.Sweep with { Spec = spec } }));
    }

    [Fact]
    public void A_trial_that_was_over_before_is_counted_and_not_printed()
    {
        Lines(0, running: 1, finished: [Samples.Trial(1, TrialState.Succeeded)]);
        var lines = Lines(1, running: 1, finished: [Samples.Trial(1, TrialState.Succeeded), Samples.Trial(2, TrialState.Succeeded)]);
        Assert.StartsWith("2/4  #2 ", Assert.Single(lines));
    }

    [Fact]
    public void A_line_with_speed_and_time_left_is_printed_at_most_every_ten_seconds()
    {
        Lines(0, running: 2);
        Assert.Empty(Lines(9.9, running: 2, epochs: 99));
        Assert.Equal(["0/4  2 running, 2 waiting, epoch 100 of 400, 10 epochs/s, 30.0 s left"], Lines(10, running: 2, epochs: 100));
        Assert.Empty(Lines(19, running: 2, epochs: 190));
    }

    [Fact]
    public void The_line_says_what_is_left_of_the_budget()
    {
        Lines(0, running: 2);
        var snapshot = Snapshot(10, running: 2, epochs: 100);
        var spec = snapshot.Sweep.Spec with { Budget = new(Target: 1.5) };
        var sweep = snapshot.Sweep with { Spec = spec, Left = new(Epochs: 2_000, Seconds: 4_000, Failures: 3) };
        Assert.EndsWith(
            "30.0 s left, of its budget 2,000 epochs, 1 h 6 min, 3 failures, val_loss 1.500 to reach",
            Assert.Single(_progress.Lines(snapshot with { Sweep = sweep })));
        Assert.Empty(Sweep.Client.Output.BudgetText.Left(sweep with { EndedBy = "target" }));
        Assert.Empty(Sweep.Client.Output.BudgetText.Left(snapshot.Sweep));
    }

    private IReadOnlyList<string> Lines(double at, int running, TrialSummary[]? finished = null, long epochs = 0) =>
        [.. _progress.Lines(Snapshot(at, running, finished, epochs))];

    private static ProgressSnapshot Snapshot(double at, int running, TrialSummary[]? finished = null, long epochs = 0) => new(
        TimeSpan.FromSeconds(at), Samples.Overview(running: running, succeeded: finished?.Length ?? 0, epochs: epochs), [], finished);
}
