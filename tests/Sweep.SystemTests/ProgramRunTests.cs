using System.Diagnostics;
using Sweep.Processes;

namespace Sweep.SystemTests;

/// <summary>Sweeps of programs with the real programs: the example in plain Python, with and without kills.</summary>
[Collection(TestsOfPrograms.Name)]
public sealed class ProgramRunTests : IDisposable
{
    private const string File = "examples/python/sweep.yaml";
    private const int Epochs = 8;

    private static readonly string[] Set = ["--set", $"program.epochs={Epochs}", "--slots", "2"];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly SweepProgram _sweep = new() { Variables = { ["AWS_SECRET_ACCESS_KEY"] = "hidden" } };

    public void Dispose() => _sweep.Dispose();

    [Fact]
    public async Task A_sweep_of_a_program_with_kills_in_it_ends_with_the_same_table_and_leaves_nothing_behind()
    {
        var scratch = Scratch();
        Assert.Contains(
            "4/4", await _sweep.OutputAsync(["run", File, "--name", "undisturbed", .. Set]), StringComparison.Ordinal);
        IReadOnlyList<int> runners;
        using (var run = _sweep.Start(["run", File, "--name", "disturbed", .. Set]))
        {
            await EpochsAsync(Epochs / 2);
            var silo = _sweep.Processes("Sweep.Silo.dll")[0];
            // A program that is killed fails its attempt, and the next one goes on from the checkpoint.
            Process.GetProcessById(Programs(silo)[0]).Kill();
            await EpochsAsync(Epochs * 3 / 2);
            runners = [.. ProcessTable.Children(silo, "Sweep.Runner"), .. Programs(silo)];
            Process.GetProcessById(silo).Kill();
            var (code, _, errors) = await run.EndAsync(Patience);
            Assert.Equal(4, code);
            Assert.Contains("run the same command again", errors, StringComparison.Ordinal);
        }

        await Waiting.UntilAsync(
            $"the runners and programs {string.Join(", ", runners)} to end with their silo", TimeSpan.FromMinutes(1),
            () => Task.FromResult(!runners.Any(ProcessTable.IsAlive)));
        Assert.Contains(
            "4/4", await _sweep.OutputAsync(["run", File, "--name", "disturbed", .. Set]), StringComparison.Ordinal);
        Assert.Equal(await TableAsync("undisturbed"), await TableAsync("disturbed"));
        Assert.Empty(_sweep.Processes("Sweep"));
        await Waiting.UntilAsync(
            "the scratch folders to be removed", TimeSpan.FromMinutes(1), () => Task.FromResult(!Scratch().Except(scratch).Any()));
    }

    [Fact]
    public async Task Nothing_of_the_silos_environment_reaches_a_program()
    {
        await _sweep.OutputAsync(
            "run", File, "--name", "open", "--set", "parameters.hidden_size=4", "--set", "parameters.learning_rate=0.1", "--set",
            """program.command=[sh, -c, 'tr "\\0" "\\n" < /proc/$$/environ; echo "{\"val_loss\": 1}"']""");
        string[] known =
        [
            "PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "TMPDIR", "PYTHONUNBUFFERED", "PYTHONPATH",
            "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "SWEEP_WIRE", "SWEEP_PARAMETERS", "SWEEP_TRIAL", "SWEEP_ATTEMPT", "SWEEP_SEED",
            "SWEEP_EPOCH", "SWEEP_EPOCHS", "SWEEP_CHECKPOINT", "SWEEP_REPORT", "SWEEP_ANSWER", "SWEEP_DEVICE", "SWEEP_MARK",
            "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS",
        ];
        var variables = (await _sweep.OutputAsync("logs", "open/1")).Split('\n')
            .Select(line => line[(line.LastIndexOf(' ', Math.Max(0, line.IndexOf('=', StringComparison.Ordinal))) + 1)..])
            .Where(line => line.Contains('=', StringComparison.Ordinal))
            .Select(line => line.Split('=', 2))
            .ToList();
        Assert.Contains(variables, variable => variable is ["SWEEP_TRIAL", "open/1"]);
        Assert.All(
            variables,
            variable => Assert.True(known.Contains(variable[0]) || variable[0].StartsWith("LC_", StringComparison.Ordinal), variable[0]));
        Assert.DoesNotContain(variables, variable => variable[1].Contains(_sweep.Home, StringComparison.Ordinal));
    }

    private static List<string> Scratch() => [.. Directory.EnumerateDirectories(Path.GetTempPath(), "sweep-runner-*")];

    /// <summary>The programs of a silo's runners.</summary>
    private static IReadOnlyList<int> Programs(int silo) =>
        [.. ProcessTable.Children(silo, "Sweep.Runner").SelectMany(runner => ProcessTable.Children(runner, "train.py"))];

    private Task EpochsAsync(int count) => Waiting.UntilAsync($"{count} epochs of the sweep that is disturbed", Patience, async () =>
    {
        var (code, output, _) = await _sweep.RunAsync(
            "sql", "select epochs_done from sweep_progress where sweep = 'disturbed'", "-o", "csv");
        return code == 0 && output.Trim().Split('\n')[^1] is var done && int.TryParse(done, out var epochs) && epochs >= count;
    });

    private Task<string> TableAsync(string name) => _sweep.OutputAsync(
        "sql",
        "select number, epoch, metrics, (select best_value from trials where id = trial_id) from learning_curves "
        + $"where sweep = '{name}' order by 1, 2", "-o", "csv");
}
