using System.Diagnostics;
using Sweep.Tests.Client;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Programs;

/// <summary>The examples in Python, and the library that two of them use.</summary>
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
        Assert.Contains("4 trials, 12 epochs at the most. Folder: 4 files,", output, StringComparison.Ordinal);
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
    public Task A_trial_that_is_stopped_goes_on_to_the_same_numbers_bit_for_bit() =>
        ResumeProof.HoldsAsync(File, stopAt: 1, "parameters.hidden_size=4");

    [Fact]
    public async Task The_same_with_PyTorch_learns_and_goes_on_bit_for_bit()
    {
        var python = Array.Find(["python3", "/usr/bin/python3"], HasTorch);
        Assert.SkipWhen(python is null, "no Python on this machine has PyTorch (Debian's package python3-torch)");
        var file = RepositoryFolder.Join("examples", "python", "sweep-torch.yaml");
        var command = $"program.command=[{python}, train_torch.py]";
        var (code, output, error) = await Samples.RunAsync("try", file, "--trial", "2", "--set", command);
        Assert.True((code, error) == (0, ""), output + error);
        Assert.Contains("Succeeded: 10 epochs in ", output, StringComparison.Ordinal);
        Assert.Contains("reported train_loss, val_loss, val_accuracy; ", output, StringComparison.Ordinal);
        await ResumeProof.HoldsAsync(file, stopAt: 3, command, "program.epochs=5");
    }

    [Fact]
    public async Task A_script_that_knows_nothing_of_Sweep_is_tuned_by_what_it_prints()
    {
        var file = RepositoryFolder.Join("examples", "script", "sweep.yaml");
        var losses = new List<string>();
        foreach (var trial in new[] { "1", "4" })
        {
            var (code, output, error) = await Samples.RunAsync("try", file, "--trial", trial);
            Assert.True((code, error) == (0, ""), output + error);
            Assert.Contains("Succeeded: 5 epochs in ", output, StringComparison.Ordinal);
            Assert.Contains("reported train_loss, val_loss, val_accuracy; the best val_loss is ", output, StringComparison.Ordinal);
            // What it printed and what was captured of it: 81.48% is 81.48.
            Assert.Contains("Epoch 50/50 | Loss: ", output, StringComparison.Ordinal);
            losses.Add(output.Split('\n').Single(line => line.StartsWith("epoch 5 ", StringComparison.Ordinal)));
        }

        Assert.NotEqual(losses[0], losses[1]);
        Assert.DoesNotContain("sweep", await System.IO.File.ReadAllTextAsync(
            RepositoryFolder.Join("examples", "script", "next_character.py"), Patience), StringComparison.OrdinalIgnoreCase);
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

    private static bool HasTorch(string python)
    {
        var start = new ProcessStartInfo(python, ["-c", "import torch"]) { RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
