using System.Diagnostics;
using System.IO.Compression;
using Sweep.Client.Programs;
using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Processes;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Programs;

/// <summary>The library for C#, in a program that the real runner runs: <c>tests/Sweep.TrialProgram</c>.</summary>
public sealed class TrialLibraryTests : IAsyncDisposable
{
    private static readonly ProgramFolder Folder = ProgramFolder.Pack(
        Path.GetDirectoryName(BuiltPrograms.TrialProgram)!,
        (found, expected) => new InvalidOperationException($"found {found}; {expected}"));

    private readonly RunnerConversation _runner = new();

    public ValueTask DisposeAsync() => _runner.DisposeAsync();

    [Fact]
    public async Task A_program_gets_its_parameters_and_reports_by_the_pipe_alone()
    {
        await BeginAsync(parameters: "{\"rate\":0.25,\"width\":16,\"fast\":true}");
        var (last, epochs, checkpoints) = await _runner.EndAsync();
        Assert.True(last is TrainerEvent.ProgramEnded, $"{last}");
        // The line of JSON that it prints is none.
        Assert.Equal([1, 2, 3, 4], epochs.Select(epoch => epoch.Epoch));
        Assert.DoesNotContain(epochs, epoch => epoch.Loss == 99);
        Assert.Equal(4, checkpoints);
        await _runner.LoggedAsync("mine/1, attempt 1, seed 42 on cpu, alone False, after epoch 0");
        await _runner.LoggedAsync("rate 0.25, width 16, fast True, rate+width+fast");
        await _runner.LoggedAsync("left out of epoch 1: other is Infinity");
        await _runner.LoggedAsync("left the loop after epoch 4, stopped False");
    }

    [Fact]
    public async Task SIGTERM_lets_the_epoch_finish_and_the_next_attempt_goes_on_bit_for_bit()
    {
        await BeginAsync();
        var (_, undisturbed, _) = await _runner.EndAsync();
        await BeginAsync(mode: "within", change: run => run with { CheckpointEvery = 1_000 });
        await _runner.LoggedAsync("waiting");
        await _runner.StopAsync(checkpoint: true);
        var (last, before, checkpoints) = await _runner.EndAsync();
        Assert.IsType<TrainerEvent.Stopped>(last);
        Assert.Equal((2, 1), (before.Count, checkpoints));
        await _runner.LoggedAsync("left the loop after epoch 2, stopped True");
        await _runner.LoadCheckpointAsync();
        await BeginAsync(change: run => run with { Attempt = 2 });
        var (end, after, _) = await _runner.EndAsync();
        Assert.True(end is TrainerEvent.ProgramEnded, $"{end}");
        await _runner.LoggedAsync("mine/1, attempt 2, seed 42 on cpu, alone False, after epoch 2");
        Assert.Equal(4, undisturbed.Count);
        Assert.Equal(undisturbed, before.Concat(after));
    }

    [Fact]
    public async Task SIGTERM_between_two_epochs_keeps_the_checkpoint_of_the_last_one()
    {
        await BeginAsync(mode: "between", change: run => run with { CheckpointEvery = 1_000 });
        await _runner.LoggedAsync("waiting");
        await _runner.StopAsync(checkpoint: true);
        Assert.Equal(1, Assert.IsType<TrainerEvent.Reported>(await _runner.NextAsync()).Epoch);
        Assert.Equal(1, Assert.IsType<TrainerEvent.CheckpointWritten>(await _runner.NextAsync()).Epoch);
        Assert.IsType<TrainerEvent.Stopped>(await _runner.NextAsync());
        await _runner.LoggedAsync("left the loop after epoch 1, stopped True");
    }

    [Fact]
    public async Task A_judgement_that_stops_the_trial_ends_the_loop()
    {
        await BeginAsync(change: run => run with { JudgedAt = [2] });
        for (var epoch = 1; epoch <= 2; epoch++)
        {
            TrainerEvent message;
            while ((message = await _runner.NextAsync()) is TrainerEvent.CheckpointWritten)
            {
                // It is sent after its epoch.
            }

            Assert.Equal(epoch, Assert.IsType<TrainerEvent.Reported>(message).Epoch);
        }

        await _runner.StopAsync(checkpoint: false);
        Assert.IsType<TrainerEvent.Stopped>((await _runner.EndAsync()).Last);
        await _runner.LoggedAsync("left the loop after epoch 2, stopped True");
    }

    [Fact]
    public async Task A_SIGTERM_that_is_not_Sweeps_fails_the_attempt_and_the_next_one_goes_on()
    {
        await BeginAsync(mode: "killed");
        var (last, epochs, checkpoints) = await _runner.EndAsync();
        Assert.True(last is TrainerEvent.Failed { Reason: FailureReason.ProgramFailed } failed
            && failed.Message.Contains("exit code 143, which is signal 15", StringComparison.Ordinal), $"{last}");
        Assert.Equal((2, 2), (epochs.Count, checkpoints));
        await _runner.LoadCheckpointAsync();
        await BeginAsync(mode: "killed", change: run => run with { Attempt = 2 });
        (last, epochs, _) = await _runner.EndAsync();
        Assert.True(last is TrainerEvent.ProgramEnded, $"{last}");
        Assert.Equal([3, 4], epochs.Select(epoch => epoch.Epoch));
    }

    [Fact]
    public async Task Several_threads_report_one_epoch_after_the_other()
    {
        await BeginAsync(mode: "threads", change: run => run with { Epochs = null, CheckpointEvery = 1_000 });
        var (last, epochs, _) = await _runner.EndAsync();
        Assert.True(last is TrainerEvent.ProgramEnded, $"{last}");
        Assert.Equal(Enumerable.Range(1, 200), epochs.Select(epoch => epoch.Epoch));
    }

    [Theory]
    [InlineData("many", FailureReason.ProgramFailed, "found 101 metrics; at most 100 are allowed.")]
    [InlineData("diverged", FailureReason.Diverged, "epoch 1: val_loss is NaN")]
    [InlineData("silent", FailureReason.ProgramFailed, "Epoch 1 ended without trial.Report(…).")]
    [InlineData("wrong", FailureReason.ProgramFailed, "parameters.rate: found 0.25; expected a whole number;")]
    public async Task A_mistake_of_the_program_is_the_reason_of_its_failure(string mode, FailureReason reason, string expected)
    {
        await BeginAsync(mode, "{\"rate\":0.25}");
        var failed = Assert.IsType<TrainerEvent.Failed>((await _runner.EndAsync()).Last);
        Assert.Contains(expected, failed.Message, StringComparison.Ordinal);
        Assert.Equal(reason, failed.Reason);
    }

    [Fact]
    public async Task Without_Sweep_the_same_program_runs_by_hand()
    {
        var folder = Directory.CreateTempSubdirectory("by-hand-");
        var start = new ProcessStartInfo("dotnet", [BuiltPrograms.TrialProgram]) { RedirectStandardOutput = true };
        start.Environment["TMPDIR"] = folder.FullName;
        using var program = Process.Start(start)!;
        var lines = (await program.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).TrimEnd('\n').Split('\n');
        Assert.Equal("alone, attempt 1, seed 0 on cpu, alone True, after epoch 0", lines[0]);
        Assert.Equal("rate 0.5, width 8, fast False, ", lines[1]);
        Assert.Equal(["epoch 1  val_loss 0.351  other Infinity", "epoch 2  val_loss 0.888416  other Infinity"], lines[3..5]);
        Assert.Equal("left the loop after epoch 2, stopped False", lines[^1]);
        await program.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, program.ExitCode);
        // The folder of its checkpoint is removed.
        Assert.Empty(folder.GetDirectories("sweep-trial-*"));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_runner_of_another_version_is_refused_in_words()
    {
        var start = new ProcessStartInfo("dotnet", [BuiltPrograms.TrialProgram]) { RedirectStandardError = true };
        (start.Environment["SWEEP_REPORT"], start.Environment["SWEEP_ANSWER"]) = ("/dev/null", "/dev/null");
        start.Environment["SWEEP_WIRE"] = "2";
        using var program = Process.Start(start)!;
        Assert.Contains(
            "SWEEP_WIRE: found 2; this version of Sweep.Trial knows 1; ",
            await program.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public void The_package_has_its_readme_and_its_documentation_and_no_dependency()
    {
        var build = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var packages = Directory.GetFiles(RepositoryFolder.Join("artifacts", "package", build), "Sweep.Trial.*.nupkg");
        var file = packages.MaxBy(File.GetLastWriteTime)!;
        using var package = ZipFile.OpenRead(file);
        Assert.Equal(
            ["README.md", "lib/net10.0/Sweep.Trial.dll", "lib/net10.0/Sweep.Trial.xml"],
            package.Entries.Select(entry => entry.FullName).Where(name => name.StartsWith("lib/") || name == "README.md").Order());
        using var description = new StreamReader(package.GetEntry("Sweep.Trial.nuspec")!.Open());
        Assert.DoesNotContain("<dependency ", description.ReadToEnd(), StringComparison.Ordinal);
    }

    private Task BeginAsync(
        string mode = "plain", string parameters = "{}", Func<TrainerCommand.RunProgram, TrainerCommand.RunProgram>? change = null)
    {
        var run = RunnerConversation.Run() with
        {
            Arguments = ["dotnet", Path.GetFileName(BuiltPrograms.TrialProgram)],
            Parameters = mode == "plain" ? parameters
                : parameters == "{}" ? $"{{\"mode\":\"{mode}\"}}" : $"{parameters[..^1]},\"mode\":\"{mode}\"}}",
            Epochs = 4,
        };
        // It has the time to finish its epoch.
        run = run with { Program = run.Program with { StopGrace = 60 } };
        return _runner.BeginAsync(Folder, change is null ? run : change(run));
    }
}
