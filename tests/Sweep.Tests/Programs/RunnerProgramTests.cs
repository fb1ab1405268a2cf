using System.Diagnostics;
using Sweep.Client.Programs;
using Sweep.Domain.Programs;
using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Programs;

/// <summary>The real runner, with programs that are shell scripts.</summary>
public sealed class RunnerProgramTests : IAsyncDisposable
{
    private readonly List<string> _log = [];
    private readonly RunnerProcess _runner;

    public RunnerProgramTests() => _runner = new RunnerProcess(line =>
    {
        lock (_log)
            _log.Add(line);
    });

    private static CancellationToken Patience => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _runner.DisposeAsync();

    [Fact]
    public async Task Reports_of_all_three_ways_are_epochs_and_the_environment_is_only_what_file_and_slot_give()
    {
        var (last, epochs, _) = await RunAsync(
            """
            echo '{"epoch": 0, "val_loss": 3}'
            echo 'epoch 1: val_loss 2'
            """,
            run => run with { Program = run.Program with { Capture = [@"epoch (?<epoch>\d+): val_loss (?<val_loss>\S+)"] } });
        Assert.IsType<TrainerEvent.ProgramEnded>(last);
        Assert.Equal([(1, 3.0), (2, 2.0)], epochs);
        (last, epochs, _) = await RunAsync(
            """
            echo '{"val_loss": 1, "answer": true}' > $SWEEP_REPORT
            read answer < $SWEEP_ANSWER
            echo "answer $answer"
            env | sort
            """,
            run => run with { Program = run.Program with { Environment = new Dictionary<string, string> { ["MINE"] = "yes" } } });
        Assert.IsType<TrainerEvent.ProgramEnded>(last);
        Assert.Equal([(1, 1.0)], epochs);
        Assert.Contains("answer go-on", _log);
        string[] known =
        [
            "PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "PWD", "OLDPWD", "SHLVL", "_", "TMPDIR", "MINE",
            "PYTHONUNBUFFERED", "PYTHONPATH", "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER",
        ];
        Assert.All(
            _log.Where(line => line.Contains('=')).Select(line => line.Split('=')[0]),
            name => Assert.True(
                known.Contains(name) || name.StartsWith("SWEEP_") || name.StartsWith("LC_") || name.EndsWith("_NUM_THREADS"), name));
        Assert.Contains("MINE=yes", _log);
        Assert.Contains("SWEEP_PARAMETERS={\"lr\":1}", _log);
    }

    [Theory]
    [InlineData("echo oops >&2; exit 3", FailureReason.ProgramFailed, "exit code 3; the last lines of its standard error: oops")]
    [InlineData("true", FailureReason.ProgramFailed, "reported nothing; it has to report val_loss")]
    [InlineData("echo '{\"val_loss\": NaN}'; sleep 60", FailureReason.Diverged, "epoch 1: val_loss is NaN")]
    [InlineData("echo '{\"epoch\": 1, \"loss\": 1}'", FailureReason.ProgramFailed, "reported nothing; it has to report val_loss")]
    [InlineData(
        "echo '{\"epoch\": 1, \"loss\": 1}' > $SWEEP_REPORT; sleep 60",
        FailureReason.ProgramFailed, "without val_loss, the objective; it has")]
    [InlineData(
        "echo '{\"epoch\": 1, \"val_loss\": 1}'; echo '{\"epoch\": 9, \"val_loss\": 1}'; sleep 60",
        FailureReason.ProgramFailed, "epoch 9 where 2 is next")]
    [InlineData("kill -9 $$", FailureReason.ProgramFailed, "exit code 137, which is signal 9")]
    [InlineData(
        "mkfifo $SWEEP_CHECKPOINT/p; $ASK; sleep 60", FailureReason.ProgramFailed, "p, which is no regular file")]
    [InlineData("ln -s /etc/passwd $SWEEP_CHECKPOINT/l; $ASK; sleep 60", FailureReason.ProgramFailed, "the link l;")]
    [InlineData(
        "rmdir $SWEEP_CHECKPOINT; ln -s /etc $SWEEP_CHECKPOINT; $ASK; sleep 60",
        FailureReason.ProgramFailed, "a link in place of the folder itself;")]
    public async Task A_program_that_breaks_a_rule_fails_with_its_reason(string script, FailureReason reason, string expected)
    {
        var (last, _, _) = await RunAsync(script.Replace("$ASK", "echo '{\"val_loss\": 1, \"answer\": true}' > $SWEEP_REPORT"));
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
            var (missing, _, _) = await RunAsync("true", run => run with { Arguments = [command] });
            Assert.True(missing is TrainerEvent.Failed { Reason: FailureReason.CommandNotFound } failed
                && failed.Message.Contains(expected, StringComparison.Ordinal), $"{missing}");
        }

        var (vast, _, _) = await RunAsync("true", run => run with { Arguments = ["true", new string('x', 131_072)] });
        Assert.True(vast is TrainerEvent.Failed { Reason: FailureReason.CommandNotFound } start
            && start.Message.StartsWith("true cannot be started: ", StringComparison.Ordinal), $"{vast}");
        var (late, _, _) = await RunAsync(
            "trap '' TERM; sleep 60 & wait; sleep 60",
            run => run with { Program = run.Program with { TimeLimit = 1, StopGrace = 0.2 } });
        Assert.True(late is TrainerEvent.Failed { Reason: FailureReason.TimeLimit }, $"{late}");
    }

    [Fact]
    public async Task No_process_survives_its_trial_not_even_one_that_detaches_itself_and_clears_its_environment()
    {
        var (last, _, _) = await RunAsync(
            """
            setsid env -i sleep 97531 &
            (setsid sh -c 'sleep 97531 & exit' &)
            sleep 0.3
            echo '{"val_loss": 1}'
            """);
        Assert.IsType<TrainerEvent.ProgramEnded>(last);
        Assert.Empty(Sleepers("97531"));
    }

    [Fact]
    public async Task No_process_and_no_folder_survives_a_runner_that_is_killed()
    {
        await BeginAsync("setsid sleep 86420 & env -i sleep 86421 & echo \"in $PWD\"; echo '{\"val_loss\": 1}'; wait");
        Assert.IsType<TrainerEvent.Reported>((await NextAsync()).Message);
        await UntilAsync(() => Sleepers("86420").Count + Sleepers("86421").Count == 2, "the program's processes");
        string folder;
        lock (_log)
            folder = _log.First(line => line.StartsWith("in ", StringComparison.Ordinal))[3..];
        Process.GetProcessById(_runner.Id).Kill();
        await UntilAsync(() => Sleepers("86420").Count + Sleepers("86421").Count == 0, "the end of the program's processes");
        await UntilAsync(() => !Directory.Exists(folder), "the end of its folder");
    }

    [Fact]
    public async Task A_stop_ends_a_program_that_ignores_SIGTERM_and_the_runner_runs_the_next()
    {
        await BeginAsync("trap '' TERM; echo '{\"val_loss\": 1}'; while :; do sleep 0.1; done", StopIn(0.3));
        await NextAsync();
        await _runner.SendAsync(new TrainerCommand.Stop(false), null, Patience);
        Assert.IsType<TrainerEvent.Stopped>((await NextAsync()).Message);
        Assert.IsType<TrainerEvent.ProgramEnded>((await RunAsync("echo '{\"val_loss\": 1}'")).Last);
    }

    [Fact]
    public async Task Hostile_output_costs_neither_memory_nor_the_trial()
    {
        var (last, epochs, _) = await RunAsync(
            """
            head -c 100000000 /dev/zero | tr '\0' x
            echo
            echo '{"epoch": 1, "val_loss": '
            printf '\377\376{"epoch"\n'
            echo '{"epoch": 1, "val_loss": 5}'
            echo '{"epoch": 1, "val_loss": 6}'
            echo 'no json' > $SWEEP_REPORT
            exec 1>&- 2>&-
            sleep 0.1
            echo '{"val_loss": 4}' > $SWEEP_REPORT
            """);
        Assert.True(last is TrainerEvent.ProgramEnded, $"{last}");
        Assert.Equal([(1, 5.0), (2, 4.0)], epochs);
        Assert.True(Process.GetProcessById(_runner.Id).WorkingSet64 < 200_000_000);
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
        var (_, undisturbed, _) = await RunAsync(Script, run => run with { Epochs = 6 });
        Assert.Equal(6, undisturbed.Count);
        await BeginAsync(Script, run => run with { Epochs = 6, JudgedAt = [3] });
        var before = new List<(int, double)>();
        byte[] checkpoint = [];
        while (await NextAsync() is var (message, payload) && message is not TrainerEvent.Stopped)
        {
            if (message is TrainerEvent.Reported report)
            {
                before.Add((report.Epoch, report.Metrics["val_loss"]));
                if (report.Epoch == 3)
                    await _runner.SendAsync(new TrainerCommand.Stop(true), null, Patience);
            }
            else if (message is TrainerEvent.CheckpointWritten)
                checkpoint = payload;
        }

        await _runner.LoadCheckpointAsync(checkpoint, Patience);
        var (_, after, _) = await RunAsync(Script, run => run with { Epochs = 6, Attempt = 2 });
        Assert.Equal(3, before.Count);
        Assert.Equal(undisturbed, before.Concat(after));
    }

    [Fact]
    public async Task A_stop_at_a_judgement_keeps_the_checkpoint_of_the_judged_epoch()
    {
        await BeginAsync(
            """
            echo 1 > $SWEEP_CHECKPOINT/state
            echo '{"val_loss": 1, "answer": true}' > $SWEEP_REPORT
            sleep 0.3
            echo waiting
            read answer < $SWEEP_ANSWER
            """,
            run => run with { Epochs = 3, JudgedAt = [1], CheckpointEvery = 1_000 });
        Assert.IsType<TrainerEvent.Reported>((await NextAsync()).Message);
        // The stop comes when the report waits for its judgement already.
        await UntilAsync(() => IsLogged("waiting"), "the program's wait");
        await _runner.SendAsync(new TrainerCommand.Stop(true), null, Patience);
        Assert.Equal(1, Assert.IsType<TrainerEvent.CheckpointWritten>((await NextAsync()).Message).Epoch);
        Assert.IsType<TrainerEvent.Stopped>((await NextAsync()).Message);
    }

    [Fact]
    public async Task A_program_that_prints_its_reports_has_the_checkpoint_of_its_end_alone()
    {
        var (last, epochs, checkpoints) = await RunAsync(
            "for i in 1 2 3; do echo $i > $SWEEP_CHECKPOINT/state; echo '{\"val_loss\": 1}'; sleep 0.1; done");
        Assert.IsType<TrainerEvent.ProgramEnded>(last);
        Assert.Equal((3, 1), (epochs.Count, checkpoints));
    }

    [Fact]
    public async Task What_a_program_prints_is_its_log_once_it_said_hello_and_without_the_objective_at_any_time()
    {
        var (last, epochs, _) = await RunAsync(
            """
            echo '{"epoch": 7, "step": 1}'
            echo '{"hello": 1, "answer": true}' > $SWEEP_REPORT
            read answer < $SWEEP_ANSWER
            echo '{"epoch": 9, "val_loss": 9}'
            echo '{"epoch": 1, "val_loss": 2}' > $SWEEP_REPORT
            """);
        Assert.True(last is TrainerEvent.ProgramEnded, $"{last}");
        Assert.Equal([(1, 2.0)], epochs);
        Assert.Contains("left out: printed reports without val_loss, the objective", _log);
    }

    [Fact]
    public async Task A_damaged_folder_and_no_folder_fail_the_trial()
    {
        await _runner.SendAsync(Run(), null, Patience);
        Assert.Contains("No folder is loaded", Assert.IsType<TrainerEvent.Failed>((await NextAsync()).Message).Message);
        await _runner.SendAsync(new TrainerCommand.LoadFolder(new string('0', 64)), [1, 2, 3], Patience);
        await _runner.SendAsync(Run(), null, Patience);
        Assert.Contains("The folder is damaged", Assert.IsType<TrainerEvent.Failed>((await NextAsync()).Message).Message);
    }

    private static Func<TrainerCommand.RunProgram, TrainerCommand.RunProgram> StopIn(double seconds) =>
        run => run with { Program = run.Program with { StopGrace = seconds } };

    private static TrainerCommand.RunProgram Run() => new(
        "mine/1", 1, ["./trial.sh"], "{\"lr\":1}", 42, new(Metric.ValLoss, Goal.Minimize), new(["./trial.sh"], StopGrace: 0.2),
        Epochs: null, CheckpointEvery: 0);

    private async Task BeginAsync(string script, Func<TrainerCommand.RunProgram, TrainerCommand.RunProgram>? change = null)
    {
        var text = System.Text.Encoding.UTF8.GetBytes($"#!/bin/sh\n{script}\n");
        var bytes = FolderArchive.Write([new("trial.sh", text, IsExecutable: true)]);
        var folder = new ProgramFolder(bytes, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), 1);
        await _runner.LoadFolderAsync(folder, Patience);
        await _runner.SendAsync((change ?? (run => run))(Run()), null, Patience);
    }

    private async Task<(TrainerEvent Last, List<(int Epoch, double Loss)> Epochs, int Checkpoints)> RunAsync(
        string script, Func<TrainerCommand.RunProgram, TrainerCommand.RunProgram>? change = null)
    {
        await BeginAsync(script, change);
        var epochs = new List<(int, double)>();
        for (var checkpoints = 0; ;)
        {
            var (message, _) = await NextAsync();
            if (message is TrainerEvent.Reported report)
                epochs.Add((report.Epoch, report.Metrics["val_loss"]));
            else if (message is TrainerEvent.CheckpointWritten)
                checkpoints++;
            else if (message is TrainerEvent.ProgramEnded or TrainerEvent.Failed or TrainerEvent.Stopped)
                return (message, epochs, checkpoints);
        }
    }

    /// <summary>The next event that says something of the trial.</summary>
    private async Task<(TrainerEvent Message, byte[] Payload)> NextAsync()
    {
        while (true)
        {
            var next = await _runner.ReceiveAsync(Patience).WaitAsync(TimeSpan.FromSeconds(60), Patience);
            var (message, payload) = next ?? throw new InvalidOperationException($"The runner ended: {string.Join('\n', _log)}");
            if (message is not (TrainerEvent.Progress or TrainerEvent.Ready or TrainerEvent.Began))
                return (message, payload);
        }
    }

    private bool IsLogged(string line)
    {
        lock (_log)
            return _log.Contains(line);
    }

    private static List<string> Sleepers(string seconds) =>
    [
        .. Directory.EnumerateDirectories("/proc").Where(path =>
        {
            try
            {
                return File.ReadAllText(Path.Combine(path, "cmdline")) == $"sleep\0{seconds}\0";
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }),
    ];

    private static async Task UntilAsync(Func<bool> isSo, string what)
    {
        for (var end = DateTime.UtcNow.AddSeconds(20); !isSo(); await Task.Delay(20, Patience))
            Assert.True(DateTime.UtcNow < end, $"waited for {what}");
    }
}
