using System.Text.RegularExpressions;
using Sweep.Client.Live;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Client;

public sealed class LiveProgressTests
{
    [Theory]
    [InlineData(80)]
    [InlineData(60)]
    public void The_live_view_fits_the_terminal_and_tells_of_trials_that_do_not(int width)
    {
        var (terminal, output, _) = Samples.Terminal(width);
        var running = Enumerable.Range(1, 30).Select(number => Samples.Trial(number, TrialState.Running, epochsDone: 50)).ToList();
        var snapshot = new ProgressSnapshot(TimeSpan.FromSeconds(10), Samples.Overview(running: 30, succeeded: 40, trials: 1000, epochs: 500), running, null);
        var live = new LiveProgress(terminal);
        terminal.Console.Write(live.Render(snapshot with { Since = TimeSpan.Zero, Sweep = Samples.Overview() }, rows: 10));
        output.GetStringBuilder().Clear();

        terminal.Console.Write(live.Render(snapshot, rows: 10));

        var lines = Regex.Replace(output.ToString(), @"\e\[[0-9;]*m", "").TrimEnd('\n').Split('\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        Assert.Equal(15, lines.Length);
        Assert.Contains("40 of 1000 done, 30 running, 930 waiting", lines[0]);
        Assert.Contains("50 epochs/s", lines[1]);
        Assert.Contains("50/100", lines[3]);
        Assert.Contains("and 20 more", lines[^2]);
        Assert.Contains("best so far: val_loss 1.842, trial 2", lines[^1]);
    }
}
