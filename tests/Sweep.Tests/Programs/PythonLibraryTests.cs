using System.Diagnostics;
using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Programs;

/// <summary>The library for Python, in programs that the real runner runs.</summary>
public sealed class PythonLibraryTests : IAsyncDisposable
{
    private readonly RunnerConversation _runner = new();

    public ValueTask DisposeAsync() => _runner.DisposeAsync();

    [Theory]
    [InlineData("train()")]
    [InlineData("thread = threading.Thread(target=train); thread.start(); thread.join()")]
    public async Task A_SIGTERM_that_is_not_Sweeps_fails_the_attempt_and_the_next_one_goes_on(string call)
    {
        var script = Script($"""
            import os, signal, threading, time
            from sweep_trial import trial
            def train():
                for epoch in trial.epochs(5):
                    with open(os.path.join(trial.checkpoint, "state"), "w") as state: state.write(str(epoch))
                    if epoch == 3 and trial.attempt == 1:
                        os.kill(os.getpid(), signal.SIGTERM)
                        while not trial._is_asked_to_stop: time.sleep(0.01)
                    trial.report(val_loss=1 / epoch)
            {call}
            """);
        var (last, epochs, checkpoints) = await _runner.RunAsync(script);
        Assert.True(last is TrainerEvent.Failed { Reason: FailureReason.ProgramFailed } failed
            && failed.Message.Contains("exit code 143, which is signal 15", StringComparison.Ordinal), $"{last}");
        Assert.Equal((3, 3), (epochs.Count, checkpoints));
        await _runner.LoadCheckpointAsync();
        (last, epochs, _) = await _runner.RunAsync(script, run => run with { Attempt = 2 });
        Assert.True(last is TrainerEvent.ProgramEnded, $"{last}");
        Assert.Equal([4, 5], epochs.Select(epoch => epoch.Epoch));
    }

    [Fact]
    public async Task Several_threads_report_one_epoch_after_the_other()
    {
        var (last, epochs, _) = await _runner.RunAsync(
            Script("""
                import threading
                from sweep_trial import trial
                def report():
                    for i in range(50): trial.report(val_loss=i)
                threads = [threading.Thread(target=report) for _ in range(4)]
                for thread in threads: thread.start()
                for thread in threads: thread.join()
                """),
            run => run with { CheckpointEvery = 1_000 });
        Assert.True(last is TrainerEvent.ProgramEnded, $"{last}");
        Assert.Equal(Enumerable.Range(1, 200), epochs.Select(epoch => epoch.Epoch));
    }

    [Theory]
    [InlineData("**{f'a_long_name{i}': 1.0 for i in range(3000)}", "ValueError: trial.report: found 3000 metrics; at most 100 are allowed")]
    [InlineData("val_loss=[1, 2]", "TypeError: trial.report: val_loss: found [1, 2]; expected a number, such as 0.5")]
    [InlineData("val_loss='0.5'", "TypeError: trial.report: val_loss: found '0.5'; expected a number, such as 0.5")]
    [InlineData("val_loss=10 ** 400", "TypeError: trial.report: val_loss: found 1000")]
    public async Task What_is_no_report_is_refused_at_once(string metrics, string expected)
    {
        var (last, epochs, _) = await _runner.RunAsync(Script($"from sweep_trial import trial\ntrial.report({metrics})"));
        var failed = Assert.IsType<TrainerEvent.Failed>(last);
        Assert.Contains("exit code 1; ", failed.Message, StringComparison.Ordinal);
        Assert.Contains(expected, failed.Message, StringComparison.Ordinal);
        Assert.Empty(epochs);
    }

    [Fact]
    public async Task A_program_that_runs_by_hand_leaves_no_folder_behind()
    {
        const string Program = """
            import os
            from sweep_trial import trial
            with open(os.path.join(trial.checkpoint, "state"), "w") as state: state.write("1")
            if os.fork() == 0: raise SystemExit(0)
            os.wait()
            print(os.listdir(trial.checkpoint))
            """;
        var folder = Directory.CreateTempSubdirectory("by-hand-");
        try
        {
            var start = new ProcessStartInfo("python3", ["-c", Program]) { RedirectStandardOutput = true };
            start.Environment["PYTHONPATH"] = RepositoryFolder.Join("silo", "Sweep.Runner", "Python");
            start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
            start.Environment["TMPDIR"] = folder.FullName;
            using var python = Process.Start(start)!;
            Assert.Equal("['state']\n", await python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
            await python.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Empty(folder.GetFileSystemInfos());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Script(string program) => $"cat > mine.py <<'END'\n{program}\nEND\nexec python3 mine.py";
}
