using System.Text.RegularExpressions;
using Sweep.Client.Live;
using Sweep.Domain.Search;
using Sweep.Domain.Stopping;
using Sweep.Domain.Trials;
using Sweep.Storage.Reading;

namespace Sweep.Tests.Client;

public sealed class LiveProgressTests
{
    private const int Height = 24;

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(200)]
    public void Ten_thousand_trials_fit_the_screen_and_the_trials_that_are_not_shown_are_counted(int width)
    {
        var lines = Lines(width, new(), Snapshot(running: 300, trials: 10_000));
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        Assert.InRange(lines.Length, Height - 1, Height);
        Assert.Contains("40 of 10000 done, 300 running", lines[0]);
        Assert.Contains("best so far: val_loss 1.842, trial 2", lines[2]);
        Assert.Contains("✗ trial 7", lines[3]);
        Assert.Matches(@"and \d+ more", lines[^2]);
        Assert.Contains("p pause", lines[^1]);
    }

    [Fact]
    public void Stopped_trials_are_over_and_the_rungs_stand_with_their_bounds()
    {
        var snapshot = Snapshot(running: 9, trials: 90);
        snapshot = snapshot with
        {
            Sweep = snapshot.Sweep with { Held = 2, Stopped = 7 },
            Rungs = [new Rung(3, Judged: 12, Stopped: 7, Bound: 1.25)],
        };
        var screen = string.Join('\n', Lines(140, new(), snapshot));
        Assert.Contains("2 of them to be judged", screen, StringComparison.Ordinal);
        Assert.Contains("7 stopped", screen, StringComparison.Ordinal);
        Assert.Contains("epoch 3: 5 of 12 went on (bound 1.250)", screen, StringComparison.Ordinal);
        Assert.Equal(7 + snapshot.Sweep.Succeeded + snapshot.Sweep.Failed + snapshot.Sweep.Cancelled, snapshot.Over);
    }

    [Fact]
    public void A_search_says_how_many_it_has_proposed_what_it_waits_for_and_which_rung_each_trial_is_on_its_way_to()
    {
        var snapshot = Snapshot(running: 2, trials: 30);
        var spec = snapshot.Sweep.Spec with { Method = new(MethodKind.Tpe, 30), Search = new(4), Stop = [new StopSpec.Asha(27, 3)] };
        snapshot = snapshot with
        {
            Sweep = snapshot.Sweep with { Spec = spec, Proposed = 12, Held = 5 },
            Rungs = [new Rung(81, Judged: 3, Stopped: 2, Bound: 1.25)],
            Search = SearchProgress.Of(
                new(spec), proposed: 12,
                [new(1, 90, null), new(2, 90, null), new(5, 20, null), new(6, 27, 27), new(7, 27, 27), new(12, 3, null)],
                snapshot.Running),
        };
        var lines = Lines(140, new(), snapshot);
        Assert.Contains(lines, line => line.StartsWith(
            "search  tpe proposed 12 of at most 30 trials  the next waits for trial 5 (epoch 27)", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith(
            "held  trial 6 after epoch 27 until trial 5 is there  trial 7 after epoch 27 until trial 5 is there  and 2 more",
            StringComparison.Ordinal));
        // Both trials that run have trained 50 epochs.
        Assert.Equal(2, lines.Count(line => line.Contains(" 81 <1.250 ", StringComparison.Ordinal)));
        Assert.All(Lines(60, new(), snapshot), line => Assert.InRange(line.Length, 0, 60));

        spec = spec with { Search = new(4, SearchOrder.Arrival), Stop = null };
        snapshot = snapshot with
        {
            Sweep = snapshot.Sweep with { Spec = spec, Held = 0 },
            Search = SearchProgress.Of(new(spec), 12, [], snapshot.Running),
        };
        lines = Lines(140, new(), snapshot);
        Assert.Contains(lines, line => line.EndsWith("the next follows when fewer than 4 are unfinished", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("held", StringComparison.Ordinal));
    }

    [Fact]
    public void A_proposal_that_the_database_refuses_is_named()
    {
        var snapshot = Snapshot(running: 2, trials: 30);
        Assert.DoesNotContain(Lines(140, new(), snapshot), line => line.Contains("refuses", StringComparison.Ordinal));
        snapshot = snapshot with { Sweep = snapshot.Sweep with { Refused = "trial 13 cannot be stored: 23514: no" } };
        Assert.Contains(
            "PostgreSQL refuses what is proposed next, and is asked again: trial 13 cannot be stored: 23514: no.",
            Lines(140, new(), snapshot));
    }

    [Fact]
    public void Nine_trials_are_all_shown_and_a_wide_terminal_shows_more_of_each()
    {
        var snapshot = Snapshot(running: 9, trials: 9);
        var narrow = Lines(80, new(), snapshot);
        Assert.Equal(9, narrow.Count(line => line.Contains("50/100", StringComparison.Ordinal)));
        Assert.Contains(narrow, line => line.Contains("█", StringComparison.Ordinal) && line.Contains("▁", StringComparison.Ordinal));
        Assert.DoesNotContain("worker", string.Join('\n', narrow), StringComparison.Ordinal);
        var wide = string.Join('\n', Lines(200, new(), snapshot));
        Assert.Contains("worker-1", wide, StringComparison.Ordinal);
        Assert.Contains("━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌", wide, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_epoch_is_shown_with_the_part_of_it_that_is_trained()
    {
        var snapshot = Snapshot(running: 1, trials: 9);
        var trial = Samples.Trial(1, TrialState.Running, epochsDone: 0) with { Trained = 0.4299 };
        var within = snapshot with { Running = [trial], Sweep = snapshot.Sweep with { EpochsDone = 0, EpochsTotal = 1 } };
        var lines = Lines(200, new(), within);
        Assert.Contains(lines, line => line.Contains(" 0.42/100 ", StringComparison.Ordinal));
        Assert.Contains("43.0%", lines[1], StringComparison.Ordinal);
        var open = within with { Open = new(new(trial, []), [], []) };
        Assert.Contains("epoch 0.42 of 100", string.Join('\n', Lines(80, new(Open: 1), open)), StringComparison.Ordinal);

        // What the worker told last is of an epoch that has ended in the meantime.
        var later = snapshot with { Running = [Samples.Trial(1, TrialState.Running, epochsDone: 50) with { Trained = 49.9 }] };
        Assert.Contains(Lines(200, new(), later), line => line.Contains(" 50/100 ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_sweep_whose_points_have_several_seeds_shows_the_best_mean_with_its_interval()
    {
        var snapshot = Snapshot(running: 9, trials: 9);
        var lines = Lines(200, new(), snapshot with { BestPoint = (snapshot.Best!.Trial, new(1.75, 0.1, 4)) });
        // The t quantile for three degrees of freedom is 3.182, and 3.182 · 0.1 / 2 = 0.159.
        Assert.Contains("best point: mean 1.750 ± 0.159 of 4 seeds", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public void The_front_of_several_objectives_is_a_line_of_its_own()
    {
        var snapshot = Snapshot(running: 9, trials: 9);
        var spec = snapshot.Sweep.Spec with { Objectives = [snapshot.Sweep.Spec.Objective, new(new("macs"), Goal.Minimize)] };
        var lines = Lines(200, new(), snapshot with { Front = [7, 3], Sweep = snapshot.Sweep with { Spec = spec } });
        Assert.Contains(lines, line => line.StartsWith("front of val_loss, macs:  2 trials, 7, 3", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(200)]
    public void An_opened_trial_shows_its_curves_its_events_and_the_end_of_its_log(int width)
    {
        var snapshot = Snapshot(running: 9, trials: 9);
        var history = new TrialHistory(
            snapshot.Best!,
            [
                new(2, 1, DateTimeOffset.UnixEpoch, "leased", "worker-1", null, null),
                new(2, 1, DateTimeOffset.UnixEpoch, "lost", "worker-1", "worker_lost", "gone"),
            ],
            [.. Enumerable.Range(1, 50).Select(line => new LogEntry(line, 1, DateTimeOffset.UnixEpoch, $"line {line} \e[2J[red]"))]);
        var lines = Lines(width, new(Open: 2), snapshot with { Open = history });
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        Assert.InRange(lines.Length, Height - 1, Height);
        Assert.StartsWith("letters/2", lines[0], StringComparison.Ordinal);
        var text = string.Join('\n', lines);
        Assert.Contains("val_accuracy", text, StringComparison.Ordinal);
        Assert.Contains("worker_lost", text, StringComparison.Ordinal);
        // The text of a trainer can neither move the cursor nor change colours.
        Assert.Contains("line 50  [2J[red]", text, StringComparison.Ordinal);
        Assert.Contains("esc back", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_choose_open_and_leave_trials_and_ask_before_they_cancel()
    {
        int[] numbers = [4, 5, 9];
        Assert.Equal((4, null), Chosen("j"));
        Assert.Equal((9, null), Chosen("jjjj"));
        Assert.Equal((9, null), Chosen("k"));
        Assert.Equal((5, 5), Chosen("jj\r"));
        Assert.Equal((9, 9), Chosen("jj\rj"));
        Assert.Equal((5, null), Chosen("jj\r\e"));
        Assert.Equal((null, 17), Chosen("17\r"));
        Assert.Equal((null, null), Chosen("\r"));
        Assert.Equal([new(LiveOrderKind.Pause), new(LiveOrderKind.Leave)], Orders("pq"));
        Assert.Equal([], Orders("c"));
        Assert.Equal([], Orders("cxc"));
        Assert.Equal([new(LiveOrderKind.Cancel)], Orders("cc"));
        Assert.Equal([new(LiveOrderKind.Cancel, 5)], Orders("jj\rcc"));

        (int? Selected, int? Open) Chosen(string keys)
        {
            var end = keys.Aggregate(new LiveChoice(), (choice, key) => choice.On(Key(key), numbers).Next);
            return (end.Selected, end.Open);
        }

        List<LiveOrder> Orders(string keys)
        {
            var (choice, orders) = (new LiveChoice(), new List<LiveOrder>());
            foreach (var key in keys)
            {
                (choice, var order) = choice.On(Key(key), numbers);
                if (order is not null)
                    orders.Add(order);
            }

            return orders;
        }
    }

    [Theory]
    [InlineData(new double[] { 1, 2, 3, 4, 5, 6, 7, 8 }, 8, "▁▂▃▄▅▆▇█")]
    [InlineData(new double[] { 8, 8, 1, 1 }, 2, "█▁")]
    [InlineData(new double[] { 5 }, 10, "▁")]
    [InlineData(new[] { 2, double.NaN, double.PositiveInfinity, 1 }, 4, "█  ▁")]
    [InlineData(new double[0], 4, "")]
    public void A_sparkline_spans_the_lowest_and_the_highest(double[] values, int width, string expected) =>
        Assert.Equal(expected, Sparkline.Of(values, width));

    private static ProgressSnapshot Snapshot(int running, int trials)
    {
        var epochs = Enumerable.Range(1, 43)
            .Select(epoch => new EpochMetrics(epoch, 4.0 / epoch, 4.0 / epoch, 0.01 * epoch, 0.005, 0.1, 19_040)).ToList();
        return new(
            TimeSpan.FromSeconds(10), Samples.Overview(running: running, succeeded: 40, trials: trials, epochs: 500),
            [.. Enumerable.Range(1, running).Select(number => Samples.Trial(number, TrialState.Running, epochsDone: 50))], null,
            Best: new(Samples.Trial(2, TrialState.Succeeded), epochs), Failures: [Samples.Trial(7, TrialState.Failed)]);
    }

    private static string[] Lines(int width, LiveChoice choice, ProgressSnapshot snapshot)
    {
        var (terminal, output, _) = Samples.Terminal(width);
        var live = new LiveProgress(terminal, _ => Task.FromResult(""));
        foreach (var digit in choice.Open?.ToString() is { } number ? number + "\r" : "")
            live.Press(Key(digit));
        terminal.Console.Write(live.Render(snapshot, Height));
        return Regex.Replace(output.ToString(), @"\e\[[0-9;]*m", "").TrimEnd('\n').Split('\n');
    }

    private static ConsoleKeyInfo Key(char key) => new(
        key,
        key switch
        {
            '\r' => ConsoleKey.Enter,
            '\e' => ConsoleKey.Escape,
            >= '0' and <= '9' => ConsoleKey.D0 + (key - '0'),
            _ => Enum.Parse<ConsoleKey>(char.ToUpperInvariant(key).ToString()),
        },
        shift: false,
        alt: false,
        control: false);
}
