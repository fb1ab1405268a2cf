using System.Diagnostics;
using System.Text;
using Sweep.Processes;

namespace Sweep.SystemTests;

/// <summary>Tests of the keys of <c>sweep watch</c> on a real terminal, which the program <c>script</c> provides.</summary>
public sealed class LiveViewTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Keys_open_and_close_a_trial_cancel_one_and_pause_the_sweep()
    {
        await using var cluster = await RealCluster.StartAsync(silos: 1);
        await TrainingGrid.Endless(trials: 3).SubmitAsync(cluster, "looked-at");
        await cluster.EpochsAsync(2, Patience);
        var command =
            $"stty cols 100 rows 30; dotnet {BuiltPrograms.Client} watch looked-at --postgres '{cluster.Database.ConnectionString}'";
        using var script = Process.Start(new ProcessStartInfo(
            "script", ["--quiet", "--flush", "--return", "--command", command, "/dev/null"])
        {
            WorkingDirectory = BuiltPrograms.Repository,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["TERM"] = "xterm-256color" },
        })!;
        var shown = new StringBuilder();
        var reading = ReadAsync(script.StandardOutput, shown);

        await ShownAsync("p pause");
        await PressAsync("1\r");
        await ShownAsync("esc back");
        await ShownAsync("looked-at/1");
        await PressAsync("cc");
        await cluster.CountsAsync(
            "the trial to be cancelled", 1, Patience, "select count(*) from trials where number = 1 and state = 'cancelled'");
        await PressAsync("\e");
        await ShownAsync("enter open");
        await PressAsync("p");
        await script.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        await reading;
        Assert.Contains("was paused", shown.ToString(), StringComparison.Ordinal);
        Assert.Equal(["paused"], await cluster.Database.LinesAsync("select state from sweeps"));

        async Task PressAsync(string keys)
        {
            lock (shown)
                shown.Clear();
            await script.StandardInput.WriteAsync(keys);
            await script.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        }

        Task ShownAsync(string text) => Waiting.UntilAsync(text, Patience, () =>
        {
            lock (shown)
                return Task.FromResult((shown.ToString(), shown.ToString().Contains(text, StringComparison.Ordinal)));
        });
    }

    private static async Task ReadAsync(StreamReader output, StringBuilder shown)
    {
        var letters = new char[4096];
        while (await output.ReadAsync(letters) is > 0 and var count)
        {
            lock (shown)
                shown.Append(letters, 0, count);
        }
    }
}
