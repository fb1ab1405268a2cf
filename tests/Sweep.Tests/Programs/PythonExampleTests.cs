using System.Diagnostics;
using Sweep.Client.Programs;
using Sweep.Domain.Protocol;
using Sweep.Tests.Client;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Programs;

/// <summary>The example in plain Python, and the library that it uses.</summary>
public sealed class PythonExampleTests
{
    private static readonly string File = RepositoryFolder.Join("examples", "python", "sweep.yaml");

    private static CancellationToken Patience => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plan_shows_the_command_of_each_trial_and_a_try_runs_one()
    {
        var (code, output, error) = await Samples.RunAsync("plan", File);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("python3 train.py", output, StringComparison.Ordinal);
        Assert.Contains("4 trials, 12 epochs at the most. Folder: 2 files,", output, StringComparison.Ordinal);
        (code, output, error) = await Samples.RunAsync("try", File, "--trial", "2", "--set", "program.epochs=2");
        Assert.True((code, error) == (0, ""), output + error);
        Assert.Contains("epoch 2  train_loss ", output, StringComparison.Ordinal);
        Assert.Contains("Succeeded: 2 epochs in ", output, StringComparison.Ordinal);
        Assert.Contains("reported train_loss, val_loss; the best val_loss is ", output, StringComparison.Ordinal);
        Assert.Contains("; 2 checkpoints, the last of ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_try_that_fails_says_why_with_exit_code_1_and_wrong_input_has_2()
    {
        var (code, output, _) = await Samples.RunAsync("try", File, "--set", "program.command=[python3, -c, 'raise ValueError(3)']");
        Assert.Equal(1, code);
        Assert.Contains("Failed (program_failed): the program ended with exit code 1; ", output, StringComparison.Ordinal);
        Assert.Contains("ValueError: 3", output, StringComparison.Ordinal);
        await Samples.RefusedAsync("--trial: found 9; expected one of the trials 1 to 4.", "try", File, "--trial", "9");
        await Samples.RefusedAsync("found no program", "try", RepositoryFolder.Join("examples", "next-character.yaml"));
    }

    [Fact]
    public async Task A_trial_that_is_stopped_goes_on_to_the_same_numbers_bit_for_bit()
    {
        var sweep = (await ProgramSweep.LoadAsync(File, ["parameters.hidden_size=4"], Patience))!;
        await using var runner = new RunnerProcess(_ => { });
        await runner.LoadFolderAsync(sweep.Folder, Patience);
        var (undisturbed, last) = await RunAsync(stopAt: null);
        Assert.IsType<TrainerEvent.ProgramEnded>(last);
        var (before, stopped) = await RunAsync(stopAt: 1);
        Assert.IsType<TrainerEvent.Stopped>(stopped);
        Assert.InRange(before.Count, 1, 2);
        await runner.LoadCheckpointAsync(_checkpoint, Patience);
        var (after, _) = await RunAsync(stopAt: null);
        Assert.Equal(undisturbed, before.Concat(after));
        Assert.Equal(sweep.Trials()[0].Epochs, undisturbed.Count);

        async Task<(List<(int, double, double)> Epochs, TrainerEvent Last)> RunAsync(int? stopAt)
        {
            await runner.SendAsync(sweep.Attempt(1, sweep.Trials()[0]), null, Patience);
            var epochs = new List<(int, double, double)>();
            while (true)
            {
                var (message, payload) = (await runner.ReceiveAsync(Patience))!.Value;
                switch (message)
                {
                    case TrainerEvent.Reported report:
                        epochs.Add((report.Epoch, report.Metrics["train_loss"], report.Metrics["val_loss"]));
                        if (report.Epoch == stopAt)
                            await runner.SendAsync(new TrainerCommand.Stop(Checkpoint: true), null, Patience);
                        break;
                    case TrainerEvent.CheckpointWritten:
                        _checkpoint = payload;
                        break;
                    case TrainerEvent.ProgramEnded or TrainerEvent.Failed or TrainerEvent.Stopped:
                        return (epochs, message);
                }
            }
        }
    }

    [Fact]
    public async Task Without_Sweep_the_same_program_runs_by_hand()
    {
        const string Program = "from sweep_trial import trial\nfor e in trial.epochs(2): trial.report(loss=1 / e)";
        var start = new ProcessStartInfo("python3", ["-c", Program])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["PYTHONPATH"] = RepositoryFolder.Join("silo", "Sweep.Runner", "Python");
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using var python = Process.Start(start)!;
        Assert.Equal("epoch 1  loss 1\nepoch 2  loss 0.5\n", await python.StandardOutput.ReadToEndAsync(Patience));
    }

    [Fact]
    public async Task The_library_is_imported_in_any_thread_and_a_forked_process_ends_by_SIGTERM()
    {
        const string Program = """
            import os, signal, threading
            thread = threading.Thread(target=lambda: print(__import__("sweep_trial").trial.epoch))
            thread.start(); thread.join()
            print(signal.getsignal(signal.SIGTERM) == signal.SIG_DFL)
            from sweep_trial import Trial
            trial = Trial()
            print(signal.getsignal(signal.SIGTERM) == trial._ask_to_stop, flush=True)
            if os.fork() == 0:
                os._exit(int(signal.getsignal(signal.SIGTERM) != signal.SIG_DFL))
            print(os.wait()[1])
            """;
        var start = new ProcessStartInfo("python3", ["-c", Program]) { RedirectStandardOutput = true };
        start.Environment["PYTHONPATH"] = RepositoryFolder.Join("silo", "Sweep.Runner", "Python");
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        (start.Environment["SWEEP_REPORT"], start.Environment["SWEEP_ANSWER"]) = ("/dev/null", "/dev/null");
        using var python = Process.Start(start)!;
        Assert.Equal("0\nTrue\nTrue\n0\n", await python.StandardOutput.ReadToEndAsync(Patience));
    }

    private byte[] _checkpoint = [];
}
