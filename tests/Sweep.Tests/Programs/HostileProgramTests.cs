using System.Globalization;
using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Processes;
using Sweep.Tests.Cluster;

namespace Sweep.Tests.Programs;

/// <summary>Programs that break every rule. None of them costs more than its own trial: afterwards the runner runs the next one.</summary>
public sealed class HostileProgramTests : IAsyncDisposable
{
    private readonly RunnerConversation _runner = new();

    public async ValueTask DisposeAsync() => await _runner.DisposeAsync();

    [Fact]
    public async Task One_that_ignores_SIGTERM_is_killed()
    {
        await _runner.BeginAsync("trap '' TERM; echo '{\"val_loss\": 1}'; while :; do sleep 0.1; done");
        Assert.IsType<TrainerEvent.Reported>(await _runner.NextAsync());
        await _runner.StopAsync(checkpoint: false);
        Assert.IsType<TrainerEvent.Stopped>(await _runner.NextAsync());
        await RunsTheNextAsync();
    }

    [Fact]
    public async Task One_that_forks_and_detaches_itself_and_clears_its_environment_is_found()
    {
        var (last, _, _) = await _runner.RunAsync(
            """
            setsid env -i sleep 97531 &
            (setsid sh -c 'sleep 97531 & exit' &)
            sleep 0.3
            echo '{"val_loss": 1}'
            """);
        Assert.IsType<TrainerEvent.ProgramEnded>(last);
        Assert.Equal(0, Sleepers.Count("97531"));
        await RunsTheNextAsync();
    }

    [Fact]
    public async Task One_that_prints_without_a_line_break_fills_no_memory()
    {
        await RunsTheNextAsync();
        var before = PeakMemory();
        var (last, epochs, _) = await _runner.RunAsync(
            """
            head -c 150000000 /dev/zero
            head -c 150000000 /dev/zero >&2
            echo; echo '{"val_loss": 1}'
            """);
        Assert.IsType<TrainerEvent.ProgramEnded>(last);
        Assert.Equal([(1, 1.0)], epochs);
        (last, _, _) = await _runner.RunAsync("(head -c 150000000 /dev/zero; echo) > $SWEEP_REPORT; sleep 60");
        Assert.Contains("longer than 65,536 bytes", Assert.IsType<TrainerEvent.Failed>(last).Message, StringComparison.Ordinal);
        Assert.InRange(PeakMemory() - before, 0, 60_000_000);
        Assert.All(_runner.Log, line => Assert.InRange(line.Length, 0, 4_000));
    }

    [Fact]
    public async Task One_that_reports_NaN_ends_as_diverged_and_NaN_of_another_metric_is_left_out()
    {
        var (last, epochs, _) = await _runner.RunAsync(
            "echo '{\"val_loss\": 1, \"accuracy\": NaN}'; echo '{\"val_loss\": NaN}'; sleep 600");
        Assert.Equal([(1, 1.0)], epochs);
        Failed(last, FailureReason.Diverged, "epoch 2: val_loss is NaN");
        await _runner.LoggedAsync("left out of epoch 1: accuracy is NaN");
        (last, _, _) = await _runner.RunAsync("echo '{\"val_loss\": -Infinity, \"answer\": true}' > $SWEEP_REPORT; sleep 600");
        Failed(last, FailureReason.Diverged, "epoch 1: val_loss is -Infinity");
        await RunsTheNextAsync();
    }

    [Fact]
    public async Task An_epoch_that_is_reported_twice_counts_once()
    {
        var (last, epochs, _) = await _runner.RunAsync(
            """
            echo '{"epoch": 1, "val_loss": 5}'
            echo '{"epoch": 1, "val_loss": 6}'
            echo '{"epoch": 2, "val_loss": 4}'
            """);
        Assert.IsType<TrainerEvent.ProgramEnded>(last);
        Assert.Equal([(1, 5.0), (2, 4.0)], epochs);
        await _runner.LoggedAsync("left out: epoch 1 was reported before");
    }

    [Fact]
    public async Task Epochs_that_go_backwards_are_left_out_and_those_before_the_first_end_the_trial()
    {
        var (last, epochs, _) = await _runner.RunAsync(
            "for epoch in 1 2 3 2 1 4; do echo \"{\\\"epoch\\\": $epoch, \\\"val_loss\\\": $epoch}\"; done");
        Assert.IsType<TrainerEvent.ProgramEnded>(last);
        Assert.Equal([(1, 1.0), (2, 2.0), (3, 3.0), (4, 4.0)], epochs);
        (last, epochs, _) = await _runner.RunAsync(
            "for epoch in 1 -1; do echo \"{\\\"epoch\\\": $epoch, \\\"val_loss\\\": 1}\"; done; sleep 600");
        Assert.Equal([(1, 1.0)], epochs);
        Failed(last, FailureReason.ProgramFailed, "the program reported epoch -1 where 2 is next");
        await RunsTheNextAsync();
    }

    [Fact]
    public async Task A_metric_with_a_name_of_ten_kilobytes_is_left_out()
    {
        foreach (var where in new[] { "/dev/stdout", "$SWEEP_REPORT" })
        {
            var (last, epochs, _) = await _runner.RunAsync(
                $$"""
                name=$(head -c 10000 /dev/zero | tr '\0' n)
                echo "{\"val_loss\": 3, \"$name\": 1}" > {{where}}
                """);
            Assert.True(last is TrainerEvent.ProgramEnded, $"{last}");
            Assert.Equal([(1, 3.0)], epochs);
        }

        await _runner.LoggedAsync($"left out, since it is no name of a metric, or one too many: {new string('n', 40)}…");
    }

    [Fact]
    public async Task Printed_JSON_that_is_none_is_left_out()
    {
        var (last, epochs, _) = await _runner.RunAsync(
            """
            deep=$(head -c 5000 /dev/zero | tr '\0' '[')
            for line in '{"val_loss": ' '{"val_loss": 1}}' '{"val_loss": "x"}' '{"val_loss": {}}' '[{"val_loss": 1}]' '{val_loss: 1}' \
              '{"a": "\ud800", "val_loss": 1}' "{\"val_loss\": $deep}" '{"val_loss": 1'; do
              echo "$line"
            done
            printf '\377\376{"val_loss": 1}\n'
            printf '{"\377": 1, "val_loss": 2}\n'
            """);
        Assert.IsType<TrainerEvent.ProgramEnded>(last);
        // In the last one is a name that cannot be read, and the objective.
        Assert.Equal([(1, 2.0)], epochs);
    }

    [Fact]
    public async Task One_that_fills_its_scratch_folder_fails_and_leaves_room_for_the_next()
    {
        Assert.SkipUnless(SmallDisk.IsPermitted, "a small disk can be mounted by root only");
        await _runner.RunAsync("echo \"in $PWD\"; echo '{\"val_loss\": 1}'");
        var scratch = Path.GetDirectoryName(Path.GetDirectoryName(await _runner.LoggedAfterAsync("in ")))!;
        var disk = new SmallDisk(megabytes: 8);
        disk.MountOn(scratch);
        try
        {
            var (last, epochs, _) = await _runner.RunAsync(
                """
                echo '{"val_loss": 1}'
                head -c 100000000 /dev/zero > $TMPDIR/full
                echo more > $SWEEP_CHECKPOINT/state || exit 7
                """);
            Assert.Equal([(1, 1.0)], epochs);
            Failed(last, FailureReason.ProgramFailed, "No space left on device");
            Assert.Empty(Directory.EnumerateFileSystemEntries(scratch));
            await RunsTheNextAsync();
            disk.Fill();
            Failed((await _runner.RunAsync("true")).Last, FailureReason.TrainerError, "The program's folder cannot be made: No space left");
            disk.Free();
            await RunsTheNextAsync();
        }
        finally
        {
            disk.Unmount();
        }
    }

    [Theory]
    [InlineData("ln -s /etc/passwd $SWEEP_CHECKPOINT/l", "the link l; a checkpoint has files and folders only")]
    [InlineData("mkdir $SWEEP_CHECKPOINT/a; ln -s / $SWEEP_CHECKPOINT/a/l", "the link a/l;")]
    [InlineData("rmdir $SWEEP_CHECKPOINT; ln -s /etc $SWEEP_CHECKPOINT", "a link in place of the folder itself;")]
    public async Task A_link_in_a_checkpoint_fails_the_trial_and_nothing_behind_it_is_read(string script, string expected)
    {
        var (last, epochs, checkpoints) = await _runner.RunAsync(
            $"{script}; echo '{{\"val_loss\": 1, \"answer\": true}}' > $SWEEP_REPORT; sleep 600");
        Assert.Equal((1, 0), (epochs.Count, checkpoints));
        Failed(last, FailureReason.ProgramFailed, expected);
        (last, _, checkpoints) = await _runner.RunAsync($"{script}; echo '{{\"val_loss\": 1}}'");
        Assert.Equal(0, checkpoints);
        Failed(last, FailureReason.ProgramFailed, expected);
        await RunsTheNextAsync();
    }

    [Fact]
    public async Task Zombies_are_taken_away_while_the_program_runs()
    {
        await _runner.BeginAsync("for i in 1 2 3 4 5 6 7 8 9; do (true &); done; sleep 0.2; echo '{\"val_loss\": 1}'; sleep 600");
        Assert.IsType<TrainerEvent.Reported>(await _runner.NextAsync());
        await Poll.UntilAsync(() => Task.FromResult(Zombies() == 0), "the end of the zombies", () => Zombies());
        await _runner.StopAsync(checkpoint: false);
        Assert.IsType<TrainerEvent.Stopped>(await _runner.NextAsync());
        await RunsTheNextAsync();
    }

    [Fact]
    public async Task One_that_ends_well_without_a_report_has_failed()
    {
        Failed((await _runner.RunAsync("true")).Last, FailureReason.Impossible, "reported nothing; it has to report val_loss");
        await RunsTheNextAsync();
    }

    [Fact]
    public async Task One_that_closes_its_output_goes_on_and_is_stopped_like_others()
    {
        await _runner.BeginAsync("exec 1>&- 2>&- 0<&-; sleep 0.2; echo '{\"val_loss\": 4}' > $SWEEP_REPORT; sleep 600");
        Assert.IsType<TrainerEvent.Reported>(await _runner.NextAsync());
        await _runner.StopAsync(checkpoint: false);
        Assert.IsType<TrainerEvent.Stopped>(await _runner.NextAsync());
        await RunsTheNextAsync();
    }

    [Fact]
    public async Task One_that_asks_for_answers_and_reads_none_does_not_hold_up_the_runner()
    {
        // The pipe holds some 11,000 answers.
        var run = _runner.RunAsync("yes '{\"val_loss\": 1, \"answer\": true}' | head -n 12500 > $SWEEP_REPORT");
        var (last, epochs, _) = await run.WaitAsync(Poll.Patience, TestContext.Current.CancellationToken);
        Assert.IsType<TrainerEvent.ProgramEnded>(last);
        Assert.Equal(12_500, epochs.Count);
        await RunsTheNextAsync();
    }

    private async Task RunsTheNextAsync()
    {
        var (last, epochs, checkpoints) = await _runner.RunAsync("echo 1 > $SWEEP_CHECKPOINT/state; echo '{\"val_loss\": 1}'");
        Assert.True(last is TrainerEvent.ProgramEnded, $"{last}");
        Assert.Equal((1, 1), (epochs.Count, checkpoints));
    }

    private static void Failed(TrainerEvent last, FailureReason reason, string expected)
    {
        Assert.True(last is TrainerEvent.Failed, $"{last}");
        var failed = (TrainerEvent.Failed)last;
        Assert.Equal(reason, failed.Reason);
        Assert.Contains(expected, failed.Message, StringComparison.Ordinal);
    }

    /// <summary>The most resident memory that the runner has had, in bytes.</summary>
    private long PeakMemory()
    {
        const string Name = "VmHWM:";
        var line = File.ReadLines($"/proc/{_runner.Id}/status").Single(line => line.StartsWith(Name, StringComparison.Ordinal));
        return long.Parse(line[Name.Length..^" kB".Length], CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>How many children of the runner have ended and wait for somebody who takes their exit codes.</summary>
    private int Zombies() => Directory.EnumerateDirectories("/proc").Count(path =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(path, "stat")).Contains($") Z {_runner.Id} ", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });
}
