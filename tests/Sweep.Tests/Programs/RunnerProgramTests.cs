using System.Diagnostics;
using System.Security.Cryptography;
using Sweep.Client.Programs;
using Sweep.Domain.Programs;
using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Processes;
using Sweep.Tests.Cluster;

namespace Sweep.Tests.Programs;

/// <summary>The real runner, with programs that are shell scripts.</summary>
public sealed class RunnerProgramTests : IAsyncDisposable
{
    private readonly RunnerConversation _runner = new();

    public ValueTask DisposeAsync() => _runner.DisposeAsync();

    [Fact]
    public async Task Reports_of_all_three_ways_are_epochs_and_the_environment_is_only_what_file_and_slot_give()
    {
        var (last, epochs, _) = await _runner.RunAsync(
            """
            echo '{"epoch": 0, "val_loss": 3}'
            echo 'epoch 1: val_loss 2'
            """,
            run => run with { Program = run.Program with { Capture = [@"epoch (?<epoch>\d+): val_loss (?<val_loss>\S+)"] } });
        Assert.IsType<TrainerEvent.ProgramEnded>(last);
        Assert.Equal([(1, 3.0), (2, 2.0)], epochs);
        (last, epochs, _) = await _runner.RunAsync(
            """
            echo '{"val_loss": 1, "answer": true}' > $SWEEP_REPORT
            read answer < $SWEEP_ANSWER
            echo "answer $answer"
            env | sort
            """,
            run => run with { Program = run.Program with { Environment = new Dictionary<string, string> { ["MINE"] = "yes" } } });
        Assert.IsType<TrainerEvent.ProgramEnded>(last);
        Assert.Equal([(1, 1.0)], epochs);
        await _runner.LoggedAsync("MINE=yes");
        Assert.Contains("answer go-on", _runner.Log);
        string[] known =
        [
            "PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "PWD", "OLDPWD", "SHLVL", "_", "TMPDIR", "MINE",
            "PYTHONUNBUFFERED", "PYTHONPATH", "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER",
        ];
        Assert.All(
            _runner.Log.Where(line => line.Contains('=')).Select(line => line.Split('=')[0]),
            name => Assert.True(
                known.Contains(name) || name.StartsWith("SWEEP_") || name.StartsWith("LC_") || name.EndsWith("_NUM_THREADS"), name));
        await _runner.LoggedAsync("SWEEP_PARAMETERS={\"lr\":1}");
    }

    [Theory]
    [InlineData("echo oops >&2; exit 3", FailureReason.ProgramFailed, "exit code 3; the last lines of its standard error: oops")]
    [InlineData("echo '{\"epoch\": 1, \"loss\": 1}'", FailureReason.Impossible, "it reported loss; the objective is val_loss")]
    [InlineData("echo '{\"epoch\": 1}'", FailureReason.Impossible, "; left out: printed reports without val_loss, the objective")]
    [InlineData(
        "echo '{\"epoch\": \"1\", \"val_loss\": \"2.5\"}'", FailureReason.Impossible,
        "; see docs/programs.md; left out: a printed line looks like a report, but val_loss is")]
    [InlineData("echo '{\"metrics\": {\"val_loss\": 1}}'", FailureReason.Impossible, "looks like a report, but val_loss is within metrics")]
    [InlineData(
        "echo '{\"epoch\": 1, \"loss\": 1}' > $SWEEP_REPORT; sleep 60",
        FailureReason.ProgramFailed, "without val_loss, the objective; it has")]
    [InlineData(
        "echo '{\"epoch\": 1, \"val_loss\": 1}'; echo '{\"epoch\": 9, \"val_loss\": 1}'; sleep 60",
        FailureReason.ProgramFailed, "epoch 9 where 2 is next")]
    [InlineData(
        "echo '{\"val_loss\": [1, \"answer\": true}' > $SWEEP_REPORT; read answer < $SWEEP_ANSWER; exec sleep 60",
        FailureReason.ProgramFailed, "a line on SWEEP_REPORT is no report: found {\"val_loss\": [1, \"answer\": true}; expected an object")]
    [InlineData(
        "(head -c 70000 /dev/zero | tr '\\0' x; echo) > $SWEEP_REPORT; read answer < $SWEEP_ANSWER; exec sleep 60",
        FailureReason.ProgramFailed, "a line on SWEEP_REPORT is longer than 65,536 bytes; a report has at most 100 metrics")]
    [InlineData("printf '{\"val_loss\": ' > $SWEEP_REPORT; exit 3", FailureReason.ProgramFailed, "the program ended with exit code 3;")]
    [InlineData("kill -9 $$", FailureReason.ProgramFailed, "exit code 137, which is signal 9")]
    [InlineData(
        "mkfifo $SWEEP_CHECKPOINT/p; $ASK; sleep 60", FailureReason.ProgramFailed, "p, which is no regular file")]
    public async Task A_program_that_breaks_a_rule_fails_with_its_reason(string script, FailureReason reason, string expected)
    {
        var (last, _, _) = await _runner.RunAsync(script.Replace("$ASK", "echo '{\"val_loss\": 1, \"answer\": true}' > $SWEEP_REPORT"));
        var failed = Assert.IsType<TrainerEvent.Failed>(last);
        Assert.Equal(reason, failed.Reason);
        Assert.Contains(expected, failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_commands_and_a_time_limit_are_reasons_of_their_own()
    {
        foreach (var (command, expected) in new[]
        {
            ("nosuchprogram", "there is no such program on the PATH"), ("./none", "no such file"), ("trial.sh", "write ./trial.sh"),
        })
        {
            var (missing, _, _) = await _runner.RunAsync("true", run => run with { Arguments = [command] });
            Assert.True(missing is TrainerEvent.Failed { Reason: FailureReason.CommandNotFound } failed
                && failed.Message.Contains(expected, StringComparison.Ordinal), $"{missing}");
        }

        var (vast, _, _) = await _runner.RunAsync("true", run => run with { Arguments = ["true", new string('x', 131_072)] });
        Assert.True(vast is TrainerEvent.Failed { Reason: FailureReason.CommandNotFound } start
            && start.Message.StartsWith("true cannot be started: ", StringComparison.Ordinal), $"{vast}");
        var (late, _, _) = await _runner.RunAsync(
            "trap '' TERM; sleep 60 & wait; sleep 60",
            run => run with { Program = run.Program with { TimeLimit = 1, StopGrace = 0.2 } });
        Assert.True(late is TrainerEvent.Failed { Reason: FailureReason.TimeLimit }, $"{late}");
    }

    [Fact]
    public async Task No_process_and_no_folder_survives_a_runner_that_is_killed()
    {
        await _runner.BeginAsync("setsid sleep 86420 & env -i sleep 86421 & echo \"in $PWD\"; echo '{\"val_loss\": 1}'; wait");
        Assert.IsType<TrainerEvent.Reported>(await _runner.NextAsync());
        await Sleepers.AwaitAsync(2, "86420", "86421");
        var folder = await _runner.LoggedAfterAsync("in ");
        Process.GetProcessById(_runner.Id).Kill();
        await Sleepers.AwaitAsync(0, "86420", "86421");
        await GoneAsync(folder);
    }

    [Fact]
    public async Task No_process_and_no_folder_survives_a_runner_that_hangs_at_its_end()
    {
        string scratch;
        var runner = new RunnerConversation(patience: TimeSpan.FromMilliseconds(100));
        await using (runner)
        {
            await runner.BeginAsync("sleep 86424 & echo \"in $PWD\"; echo '{\"val_loss\": 1}'; wait");
            Assert.IsType<TrainerEvent.Reported>(await runner.NextAsync());
            scratch = ScratchOf(await runner.LoggedAfterAsync("in "));
            ProcessSignal.Stop.Send(runner.Id);
        }

        await GoneAsync(scratch);
        await Sleepers.AwaitAsync(0, "86424");
    }

    [Fact]
    public async Task No_folder_survives_the_silo_when_many_processes_end_with_it()
    {
        for (var round = 0; round < 5; round++)
        {
            var runner = new RunnerConversation();
            string folder;
            await using (runner)
            {
                await runner.BeginAsync("for i in $(seq 100); do sleep 86422 & done; echo \"in $PWD\"; echo '{\"val_loss\": 1}'; wait");
                Assert.IsType<TrainerEvent.Reported>(await runner.NextAsync());
                folder = await runner.LoggedAfterAsync("in ");
            }

            Assert.Equal(0, Sleepers.Count("86422"));
            await GoneAsync(ScratchOf(folder));
        }
    }

    [Fact]
    public async Task No_folder_survives_the_silo_when_it_ends_while_one_is_unpacked()
    {
        FolderEntry[] many =
        [
            new("trial.sh", "#!/bin/sh\nsleep 86423\n"u8.ToArray(), IsExecutable: true),
            .. Enumerable.Range(0, 15_000).Select(number => new FolderEntry($"file-{number}", [])),
        ];
        var bytes = FolderArchive.Write(many);
        string scratch;
        var runner = new RunnerConversation();
        await using (runner)
        {
            await runner.RunAsync("echo \"in $PWD\"; echo '{\"val_loss\": 1}'");
            scratch = ScratchOf(await runner.LoggedAfterAsync("in "));
            await runner.BeginAsync(
                new ProgramFolder(bytes, Convert.ToHexStringLower(SHA256.HashData(bytes)), many.Length), RunnerConversation.Run());
            await Poll.UntilAsync(
                () => Task.FromResult(Directory.EnumerateFiles(scratch, "file-*", SearchOption.AllDirectories).Any()), "the first files");
        }

        await GoneAsync(scratch);
        Assert.Equal(0, Sleepers.Count("86423"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_program_that_repeats_the_epoch_of_its_checkpoint_keeps_its_numbers(int first)
    {
        var script =
            $$"""
            epoch={{first}}; [ -f $SWEEP_CHECKPOINT/epoch ] && epoch=$(cat $SWEEP_CHECKPOINT/epoch)
            while [ $epoch -lt {{first + 6}} ]; do
              echo $epoch > $SWEEP_CHECKPOINT/epoch
              echo "{\"epoch\": $epoch, \"val_loss\": $epoch, \"answer\": true}" > $SWEEP_REPORT
              read answer < $SWEEP_ANSWER
              [ $SWEEP_ATTEMPT = 1 ] && [ $epoch = {{first + 3}} ] && exit 3
              epoch=$((epoch + 1))
            done
            """;
        var (_, before, _) = await _runner.RunAsync(script);
        Assert.Equal(4, before.Count);
        await _runner.LoadCheckpointAsync();
        var (_, after, _) = await _runner.RunAsync(script, run => run with { Attempt = 2 });
        Assert.Equal([(5, first + 4.0), (6, first + 5.0)], after);
    }

    [Fact]
    public async Task The_peak_memory_is_the_most_that_a_process_had_and_is_not_given_for_a_program_too_short_to_be_looked_at()
    {
        // Freed before the first look, or between two.
        var (last, _, _) = await _runner.RunAsync(
            "exec python3 -c 'import time; b = bytearray(300_000_000); del b; print(\"{\\\"val_loss\\\": 1}\"); time.sleep(2)'");
        Assert.InRange(Assert.IsType<TrainerEvent.ProgramEnded>(last).Result.PeakMemoryBytes!.Value, 300_000_000, 400_000_000);
        for (var round = 0; round < 5; round++)
        {
            (last, _, _) = await _runner.RunAsync("echo '{\"val_loss\": 1}'");
            Assert.NotEqual(0, Assert.IsType<TrainerEvent.ProgramEnded>(last).Result.PeakMemoryBytes);
        }
    }

    [Fact]
    public async Task The_times_of_a_trial_that_goes_on_are_those_of_all_attempts_without_what_was_lost()
    {
        const string Script = """
            work() { python3 -c "import time
            while time.process_time() < $1: pass"; }
            [ $SWEEP_EPOCH = 0 ] && work 1
            echo kept > $SWEEP_CHECKPOINT/state
            echo '{"val_loss": 1, "answer": true}' > $SWEEP_REPORT
            read answer < $SWEEP_ANSWER
            [ $SWEEP_EPOCH = 1 ] || { work 3; exit 3; }
            """;
        var (last, _, _) = await _runner.RunAsync(Script);
        Assert.IsType<TrainerEvent.Failed>(last);
        var kept = CheckpointArchive.Read(_runner.Checkpoint).Time;
        await _runner.LoadCheckpointAsync();
        (last, _, _) = await _runner.RunAsync(Script, run => run with { Attempt = 2 });
        var result = Assert.IsType<TrainerEvent.ProgramEnded>(last).Result;
        Assert.InRange(kept.Processor.TotalSeconds, 1, 3);
        Assert.InRange(result.ProcessorSeconds, kept.Processor.TotalSeconds, kept.Processor.TotalSeconds + 2);
        // The second attempt alone computes nothing.
        Assert.True(result.Seconds > kept.Wall.TotalSeconds && kept.Wall.TotalSeconds >= 1, $"{kept} {result}");
    }

    [Fact]
    public async Task A_checkpoint_is_given_back_with_its_epoch_and_the_numbers_go_on_as_if_nothing_had_happened()
    {
        // Its state is one number, which it keeps; each epoch depends on the one before.
        const string Script = """
            state=7; [ -f $SWEEP_CHECKPOINT/state ] && state=$(cat $SWEEP_CHECKPOINT/state)
            epoch=$SWEEP_EPOCH
            while [ $epoch -lt $SWEEP_EPOCHS ]; do
              epoch=$((epoch + 1)); state=$(( (state * 1103515245 + 12345) % 65536 ))
              echo $state > $SWEEP_CHECKPOINT/state
              echo "{\"epoch\": $epoch, \"val_loss\": $state, \"answer\": true}" > $SWEEP_REPORT
              read answer < $SWEEP_ANSWER
              [ "$answer" = stop ] && exit 0
            done
            """;
        var (_, undisturbed, _) = await _runner.RunAsync(Script, run => run with { Epochs = 6 });
        Assert.Equal(6, undisturbed.Count);
        await _runner.BeginAsync(Script, run => run with { Epochs = 6, JudgedAt = [3] });
        var before = new List<(int, double)>();
        while (await _runner.NextAsync() is var message && message is not TrainerEvent.Stopped)
        {
            if (message is not TrainerEvent.Reported report)
                continue;
            before.Add((report.Epoch, report.Metrics["val_loss"]));
            if (report.Epoch == 3)
                await _runner.StopAsync(checkpoint: true);
        }

        await _runner.LoadCheckpointAsync();
        var (_, after, _) = await _runner.RunAsync(Script, run => run with { Epochs = 6, Attempt = 2 });
        Assert.Equal(3, before.Count);
        Assert.Equal(undisturbed, before.Concat(after));
    }

    [Fact]
    public async Task A_stop_at_a_judgement_keeps_the_checkpoint_of_the_judged_epoch()
    {
        await _runner.BeginAsync(
            """
            echo 1 > $SWEEP_CHECKPOINT/state
            echo '{"val_loss": 1, "answer": true}' > $SWEEP_REPORT
            sleep 0.3
            echo waiting
            read answer < $SWEEP_ANSWER
            """,
            run => run with { Epochs = 3, JudgedAt = [1], CheckpointEvery = 1_000 });
        Assert.IsType<TrainerEvent.Reported>(await _runner.NextAsync());
        // The stop comes when the report waits for its judgement already.
        await _runner.LoggedAsync("waiting");
        await _runner.StopAsync(checkpoint: true);
        Assert.Equal(1, Assert.IsType<TrainerEvent.CheckpointWritten>(await _runner.NextAsync()).Epoch);
        Assert.IsType<TrainerEvent.Stopped>(await _runner.NextAsync());
    }

    [Fact]
    public async Task What_a_program_has_printed_beyond_the_epoch_at_which_it_is_stopped_does_not_count()
    {
        await _runner.BeginAsync(
            """
            for i in 1 2 3 4; do echo '{"val_loss": 1}'; done
            exec sleep 1000
            """,
            run => run with { Epochs = 4, JudgedAt = [2, 3] });
        for (var epoch = 1; epoch <= 2; epoch++)
            Assert.Equal(epoch, Assert.IsType<TrainerEvent.Reported>(await _runner.NextAsync()).Epoch);
        await _runner.SendAsync(new TrainerCommand.GoOn());
        Assert.Equal(3, Assert.IsType<TrainerEvent.Reported>(await _runner.NextAsync()).Epoch);
        await _runner.StopAsync(checkpoint: true);
        Assert.IsType<TrainerEvent.Stopped>(await _runner.NextAsync());
    }

    [Fact]
    public async Task A_program_that_prints_its_reports_has_the_checkpoint_of_its_end_alone()
    {
        var (last, epochs, checkpoints) = await _runner.RunAsync(
            "for i in 1 2 3; do echo $i > $SWEEP_CHECKPOINT/state; echo '{\"val_loss\": 1}'; sleep 0.1; done");
        Assert.IsType<TrainerEvent.ProgramEnded>(last);
        Assert.Equal((3, 1), (epochs.Count, checkpoints));
    }

    [Fact]
    public async Task What_a_program_prints_is_its_log_once_it_said_hello_and_without_the_objective_at_any_time()
    {
        var (last, epochs, _) = await _runner.RunAsync(
            """
            echo '{"epoch": 7, "step": 1}'
            echo '{"hello": 1, "answer": true}' > $SWEEP_REPORT
            read answer < $SWEEP_ANSWER
            echo '{"epoch": 9, "val_loss": 9}'
            echo '{"epoch": 1, "val_loss": 2}' > $SWEEP_REPORT
            """);
        Assert.True(last is TrainerEvent.ProgramEnded, $"{last}");
        Assert.Equal([(1, 2.0)], epochs);
        await _runner.LoggedAsync("left out: printed reports without val_loss, the objective");
    }

    [Fact]
    public async Task A_damaged_folder_and_no_folder_fail_the_trial()
    {
        await _runner.SendAsync(RunnerConversation.Run());
        Assert.Contains("No folder is loaded", Assert.IsType<TrainerEvent.Failed>(await _runner.NextAsync()).Message);
        await _runner.SendAsync(new TrainerCommand.LoadFolder(new string('0', 64)), [1, 2, 3]);
        await _runner.SendAsync(RunnerConversation.Run());
        Assert.Contains("The folder is damaged", Assert.IsType<TrainerEvent.Failed>(await _runner.NextAsync()).Message);
    }

    /// <summary>The runner's folder.</summary>
    /// <param name="program">That of a program, which is within it.</param>
    private static string ScratchOf(string program) => Path.GetDirectoryName(Path.GetDirectoryName(program))!;

    /// <summary>Waits for the end of a folder, which does not outlive a test that fails either.</summary>
    private static async Task GoneAsync(string folder)
    {
        try
        {
            await Poll.UntilAsync(() => Task.FromResult(!Directory.Exists(folder)), $"the end of {folder}");
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }
}
