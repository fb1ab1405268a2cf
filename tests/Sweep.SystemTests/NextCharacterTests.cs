using System.Diagnostics;
using System.Text.Json;
using Sweep.Processes;

namespace Sweep.SystemTests;

/// <summary>
/// Tests of the main use of Sweep with the real programs: the sweep file of the README with a smaller model, with and without kills.
/// </summary>
public sealed class NextCharacterTests : IDisposable
{
    private const string File = "examples/next-character.yaml";

    /// <summary>Epochs of each of the 9 trials. They are few enough for a test, and enough to interrupt the sweep.</summary>
    private const int Epochs = 10;

    private static readonly string[] Small =
    [
        "--set", "parameters.hidden_size=32", "--set", $"parameters.epochs={Epochs}", "--set", "checkpoint.every=0",
    ];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly SweepProgram _sweep = new();

    public void Dispose() => _sweep.Dispose();

    [Fact]
    public async Task A_run_trains_every_trial_and_stops_what_it_started()
    {
        var output = await _sweep.OutputAsync(["run", File, .. Small]);
        Assert.Contains("9/9", output, StringComparison.Ordinal);
        Assert.Empty(_sweep.Processes("Sweep"));
        var trials = await TrialsAsync("next-character");
        Assert.Equal(9, trials.Count);
        Assert.All(trials.Values, trial => Assert.Equal("succeeded", trial.GetProperty("state").GetString()));
        await EveryEpochIsThereOnceAsync();

        // A second run makes a new sweep with the same losses.
        await _sweep.OutputAsync(["run", File, .. Small]);
        Assert.Equal(await LossesAsync("next-character"), await LossesAsync("next-character-2"));

        Assert.StartsWith(
            "To be", await _sweep.OutputAsync("generate", "next-character/1", "--prompt", "To be", "--length", "20", "--seed", "1"),
            StringComparison.Ordinal);
        Assert.NotEmpty((await _sweep.OutputAsync("logs", "next-character/1")).Trim());
    }

    [Fact]
    public async Task A_sweep_with_kills_in_it_ends_with_the_same_losses_bit_for_bit()
    {
        await _sweep.OutputAsync(["run", File, "--name", "undisturbed", .. Small]);

        // When a trainer is killed, its trial is retried within the run.
        IReadOnlyList<int> trainers;
        using (var run = _sweep.Start(["run", File, "--name", "disturbed", .. Small]))
        {
            await run.PrintedAsync("1/9");
            var silo = _sweep.Processes("Sweep.Silo.dll")[0];
            Process.GetProcessById(ProcessTable.Children(silo, "Sweep.Trainer")[0]).Kill();
            await run.PrintedAsync("3/9");

            // When the silo is killed, the run ends and prints how to continue.
            trainers = ProcessTable.Children(silo, "Sweep.Trainer");
            Process.GetProcessById(silo).Kill();
            var (code, _, errors) = await run.EndAsync(Patience);
            Assert.Equal(4, code);
            Assert.Contains("run the same command again", errors, StringComparison.Ordinal);
        }

        // A trainer sees the end of its silo by itself, which takes a moment on a busy machine.
        await Waiting.UntilAsync(
            $"the trainers {string.Join(", ", trainers)} to end with their silo", TimeSpan.FromSeconds(10),
            () => Task.FromResult(!trainers.Any(ProcessTable.IsAlive)));

        // When the run is interrupted, the sweep is paused.
        using (var run = _sweep.Start(["run", File, "--name", "disturbed", .. Small]))
        {
            await run.PrintedAsync("of them over already");
            run.Interrupt();
            var (code, output, errors) = await run.EndAsync(Patience);
            Assert.True(code == 130, $"the interrupted run ended with {code}: {errors}{output}");
        }

        Assert.Empty(_sweep.Processes("Sweep"));
        Assert.Contains("9/9", await _sweep.OutputAsync(["run", File, "--name", "disturbed", .. Small]), StringComparison.Ordinal);
        await EveryEpochIsThereOnceAsync();
        Assert.Equal(await LossesAsync("undisturbed"), await LossesAsync("disturbed"));
    }

    [Theory]
    [InlineData("parameters.cell=[rnn, lsmt]", "lsmt")]
    [InlineData("parameters.sequence_length=5000", "5000")]
    [InlineData("resources.slots=0", "slots")]
    [InlineData("parametres.epochs=1", "parameters")]
    public async Task A_wrong_value_is_refused_in_one_line_before_anything_is_stored(string set, string named)
    {
        var (code, _, errors) = await _sweep.RunAsync("run", File, "--set", set);
        Assert.Equal(2, code);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(named, errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_sweep.Home, "data")));
    }

    private async Task EveryEpochIsThereOnceAsync()
    {
        var counts = await RowsAsync(
            "select count(*) as epochs, count(distinct (trial_id, epoch)) as different from epochs where trial_id < 2000000");
        Assert.Equal((9 * Epochs, 9 * Epochs), (counts[0].GetProperty("epochs").GetInt32(), counts[0].GetProperty("different").GetInt32()));
        Assert.Empty(await RowsAsync(
            $"select trial_id from epochs group by trial_id having count(*) <> {Epochs} or min(epoch) <> 1 or max(epoch) <> {Epochs}"));
    }

    /// <summary>Returns every loss of a sweep as its bits.</summary>
    private async Task<string> LossesAsync(string name) => string.Join('\n', (await RowsAsync(
        "select t.number, e.epoch, encode(float8send(e.train_loss), 'hex') || encode(float8send(e.val_loss), 'hex') as bits " +
        "from epochs e join trials t on t.id = e.trial_id join sweeps s on s.id = t.sweep_id " +
        $"where s.name = '{name}' order by 1, 2"))
        .Select(row => row.GetRawText()));

    private async Task<List<JsonElement>> RowsAsync(string sql) =>
        [.. JsonDocument.Parse(await _sweep.OutputAsync("sql", sql, "-o", "json")).RootElement.EnumerateArray()];

    private async Task<Dictionary<int, JsonElement>> TrialsAsync(string name) =>
        JsonDocument.Parse(await _sweep.OutputAsync("report", name, "-o", "json")).RootElement
            .GetProperty("trials")
            .EnumerateArray()
            .ToDictionary(trial => trial.GetProperty("number").GetInt32());
}
