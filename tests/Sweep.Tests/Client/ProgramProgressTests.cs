using System.Text.RegularExpressions;
using Sweep.Client.Live;
using Sweep.Client.Running;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Storage.Reading;
using Sweep.Tests.Reports;

namespace Sweep.Tests.Client;

/// <summary>The live views of sweeps of programs.</summary>
public sealed partial class ProgramProgressTests
{
    [Theory]
    [InlineData(80)]
    [InlineData(160)]
    public void The_screen_has_the_values_of_the_metrics_under_their_names(int width)
    {
        var screen = Screen(width, Snapshot(epochs: 6), open: false);
        Assert.Contains("best so far: score/f1 81.500, trial 1", screen, StringComparison.Ordinal);
        Assert.Matches(@"epoch .*score/f1 +a/very/long/met…", screen);
        Assert.Matches(@"2/6 .* 80\.250 +51234\.5", screen);
        Assert.DoesNotMatch(OfTheModel(), screen);
        Assert.All(screen.Split('\n'), line => Assert.InRange(line.Length, 0, width));

        var trial = Screen(width, Snapshot(epochs: 6), open: true);
        Assert.Contains("epoch 2 of 6  best score/f1 80.250 at epoch 2", trial, StringComparison.Ordinal);
        Assert.Matches(@"score/f1 +79\.250 +▁█ +80\.250", trial);
        // A metric that the first epoch does not have leaves a blank.
        Assert.Matches(@"a/very/long/metric-of-a… +\S+ +▁ +51234\.5", trial);
        Assert.DoesNotMatch(OfTheModel(), trial);
    }

    [Theory]
    [InlineData(6, "mine is unfinished: 2 of 4 trials done, epoch 40 of 400.")]
    [InlineData(null, "mine is unfinished: 2 of 4 trials done, 40 epochs.")]
    public void Only_where_epochs_have_a_limit_an_unfinished_sweep_has_a_number_of_them(int? epochs, string expected) =>
        Assert.Equal(
            expected,
            SweepStart.Unfinished(Samples.Overview(ProgramRows.Spec("mine", epochs), "mine", succeeded: 2, epochs: 40)));

    [Theory]
    [InlineData(1, "Pausing mine: 1 trial stops, and writes its checkpoint if it keeps one …")]
    [InlineData(2, "Pausing mine: 2 trials stop, and write their checkpoints if they keep any …")]
    public void A_pause_promises_no_checkpoint_of_a_program_that_keeps_none(int trials, string expected) =>
        Assert.Equal(expected, SweepFollower.Pausing("mine", trials));

    [Fact]
    public void Without_a_limit_of_epochs_the_share_is_of_the_trials_and_no_time_is_left()
    {
        var snapshot = Snapshot(epochs: null);
        Assert.Equal(1 / 12.0, snapshot.Share);
        var screen = Screen(160, snapshot, open: false);
        Assert.Contains("8.3%", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("left", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("/0", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("of 0", Screen(160, snapshot, open: true), StringComparison.Ordinal);

        var plain = new PlainProgress(TextWriter.Null);
        _ = plain.Lines(snapshot with { Since = TimeSpan.Zero }).ToList();
        var line = Assert.Single(plain.Lines(snapshot with { Since = TimeSpan.FromSeconds(20) }));
        Assert.Contains("1 running, 10 waiting, 14 epochs", line, StringComparison.Ordinal);
        Assert.DoesNotContain("left", line, StringComparison.Ordinal);
    }

    [Fact]
    public void The_line_of_a_trial_that_has_ended_has_its_value_and_its_time()
    {
        var plain = new PlainProgress(TextWriter.Null);
        var snapshot = Snapshot(epochs: 6);
        _ = plain.Lines(snapshot).ToList();
        var ended = snapshot.Running[0] with { State = TrialState.Succeeded, ProgramResult = new(12.5, 3, 1) };
        Assert.Equal(
            "1/12  #2 adam slow 2  succeeded  score/f1 80.250 at epoch 2  12.5 s",
            Assert.Single(plain.Lines(snapshot with { Finished = [ended] })));
    }

    private static ProgressSnapshot Snapshot(int? epochs)
    {
        var spec = ProgramRows.Spec("program", epochs);
        var trials = SearchMethods.First(spec).ToList();
        ProgramMetrics[] reports =
        [
            new(1, 0.5, new Dictionary<string, double> { ["score/f1"] = 79.25 }),
            new(2, 0.5, new Dictionary<string, double> { ["score/f1"] = 80.25, ["a/very/long/metric-of-a-program"] = 51_234.5 }),
        ];
        var running = new Domain.Reports.TrialSummary(
            2, trials[1], TrialState.Running, 1, 2, 80.25, -80.25, reports[1], reports[1], null, "worker-1", null);
        var best = running with { Number = 1, Parameters = trials[0], State = TrialState.Succeeded, BestValue = 81.5 };
        return new(
            TimeSpan.FromSeconds(10),
            new(
                1, "program", SweepState.Running, spec, 12, 10, 1, 1, 0, 0, EpochsDone: 14, EpochsTotal: epochs is null ? 14 : 72, 81.5, 1,
                DateTimeOffset.UnixEpoch, null),
            [running],
            null,
            Best: new(best, reports),
            Open: new(new(running, reports), [new TrialEvent(2, 1, DateTimeOffset.UnixEpoch, "leased", "worker-1", null, null)], []));
    }

    private static string Screen(int width, ProgressSnapshot snapshot, bool open)
    {
        var (terminal, output, _) = Samples.Terminal(width);
        var live = new LiveProgress(terminal, _ => Task.FromResult(""));
        if (open)
        {
            live.Press(new('2', ConsoleKey.D2, false, false, false));
            live.Press(new('\r', ConsoleKey.Enter, false, false, false));
        }

        terminal.Console.Write(live.Render(snapshot, 24));
        return Escapes().Replace(output.ToString(), "");
    }

    [GeneratedRegex(@"\e\[[0-9;]*m")]
    private static partial Regex Escapes();

    [GeneratedRegex("loss|accuracy|window|perplexity|dataset", RegexOptions.IgnoreCase)]
    private static partial Regex OfTheModel();
}
