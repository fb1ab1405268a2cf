using Sweep.Domain.Reports;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Storage;
using Sweep.Storage.Reading;
using static Sweep.Tests.Storage.StorageDatabase;

namespace Sweep.Tests.Storage;

public sealed class AttemptStoreTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private static readonly AttemptEnvironment Environment = new("2.10.0", "AMD EPYC", "AVX2", 1, "cpu");
    private static readonly Objective Accuracy = new(Metric.ValAccuracy, Goal.Maximize);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Epochs_are_stored_and_the_best_and_the_last_are_folded_into_their_trial()
    {
        var trial = await database.AddRunningTrialAsync();
        Assert.Empty(await database.Attempts.WriteEpochsAsync(
            [Row(trial, 1, Epoch(1, 3)), Row(trial, 1, Epoch(2, 1.5)), Row(trial, 1, Epoch(3, 2))], Cancellation));
        var summary = await database.SummaryAsync(trial);
        Assert.Equal((3, 1.5, 1.5), (summary.EpochsDone, summary.BestValue, summary.BestScore));
        Assert.Equal((Epoch(2, 1.5), Epoch(3, 2)), (summary.Best, summary.Last));
        Assert.Equal(
            1,
            await database.CountAsync(
                "epochs", $"trial_id = {trial.Value} and epoch = 2 and abs(perplexity - exp(1.5)) < 1e-12 and attempt = 1"));
    }

    [Fact]
    public async Task The_waiting_time_of_an_attempt_begins_with_the_submission_or_with_the_requeue()
    {
        var trial = await database.AddRunningTrialAsync();
        await database.RunAsync($"update sweeps set created_at = '2026-01-01 10:00:00Z' where id = {trial.Sweep}");
        await database.RunAsync($"update trial_events set at = '2026-01-01 10:00:07Z' where trial_id = {trial.Value}");
        Assert.Null(await database.Attempts.WaitedAsync(trial, 2, Cancellation));
        await database.Trials.MoveAsync(Requeue(trial), Cancellation);
        await database.RunAsync($"update trial_events set at = '2026-01-01 11:00:00Z' where trial_id = {trial.Value} and event = 'lost'");
        await database.Trials.MoveAsync(Lease(trial, fromAttempt: 1), Cancellation);
        await database.RunAsync($"update trial_events set at = '2026-01-01 11:00:02Z' where trial_id = {trial.Value} and attempt = 2");
        Assert.Equal(TimeSpan.FromSeconds(7), await database.Attempts.WaitedAsync(trial, 1, Cancellation));
        Assert.Equal(TimeSpan.FromSeconds(2), await database.Attempts.WaitedAsync(trial, 2, Cancellation));
    }

    [Fact]
    public async Task The_same_epochs_twice_change_nothing()
    {
        var trial = await database.AddRunningTrialAsync();
        EpochRow[] rows = [Row(trial, 1, Epoch(1, 3)), Row(trial, 1, Epoch(2, 2.5)), Row(trial, 1, Epoch(3, 2.75))];
        await database.Attempts.WriteEpochsAsync(rows, Cancellation);
        var once = await database.SummaryAsync(trial);
        await database.Attempts.WriteEpochsAsync(rows, Cancellation);
        await database.Attempts.WriteEpochsAsync(rows[..1], Cancellation);
        Assert.Equivalent(once, await database.SummaryAsync(trial));
        Assert.Equal(3, await database.CountAsync("epochs", $"trial_id = {trial.Value}"));
    }

    [Fact]
    public async Task Of_an_epoch_that_is_twice_in_a_batch_the_last_one_counts()
    {
        var trial = await database.AddRunningTrialAsync();
        await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(1, 3)), Row(trial, 1, Epoch(1, 2))], Cancellation);
        Assert.Equal(2, (await database.SummaryAsync(trial)).BestValue);
        Assert.Equal(1, await database.CountAsync("epochs", $"trial_id = {trial.Value} and val_loss = 2"));
    }

    [Fact]
    public async Task Of_equal_scores_the_earlier_epoch_is_the_best()
    {
        var trial = await database.AddRunningTrialAsync();
        await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(2, 2)), Row(trial, 1, Epoch(1, 2.5))], Cancellation);
        await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(3, 2)), Row(trial, 1, Epoch(1, 2))], Cancellation);
        Assert.Equal(1, (await database.SummaryAsync(trial)).Best!.Epoch);
    }

    [Fact]
    public async Task Where_more_is_better_the_highest_value_is_the_best()
    {
        var trial = await database.AddRunningTrialAsync(Metric.ValAccuracy, Goal.Maximize);
        await database.Attempts.WriteEpochsAsync(
            [Row(trial, 1, Epoch(1, valAccuracy: 0.4), Accuracy), Row(trial, 1, Epoch(2, valAccuracy: 0.6), Accuracy)], Cancellation);
        await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(3, valAccuracy: 0.5), Accuracy)], Cancellation);
        var summary = await database.SummaryAsync(trial);
        Assert.Equal((0.6, -0.6, 2), (summary.BestValue, summary.BestScore, summary.Best!.Epoch));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public async Task A_number_that_is_not_finite_never_wins(double number)
    {
        var trial = await database.AddRunningTrialAsync();
        var row = Row(trial, 1, Epoch(1, number)) with { Score = number };
        await database.Attempts.WriteEpochsAsync([row], Cancellation);
        Assert.Equal(
            (null, null, 1),
            ((await database.SummaryAsync(trial)).BestValue, (await database.SummaryAsync(trial)).Best,
                (await database.SummaryAsync(trial)).EpochsDone));
        await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(2, 9))], Cancellation);
        await database.Attempts.WriteEpochsAsync([row with { Metrics = Epoch(3, number) }], Cancellation);
        Assert.Equal(
            (9.0, 9.0, 2),
            ((await database.SummaryAsync(trial)).BestValue, (await database.SummaryAsync(trial)).BestScore,
                (await database.SummaryAsync(trial)).Best!.Epoch));
        Assert.Equal(number, (await database.SummaryAsync(trial)).Last!.Value(Metric.ValLoss));
    }

    [Fact]
    public async Task Where_an_attempt_trains_is_stored_once_and_not_for_an_older_attempt()
    {
        var trial = await database.AddRunningTrialAsync();
        var (slow, quick) = (Environment with { Capability = "DEFAULT" }, Environment);
        Assert.True(await database.Attempts.WriteEnvironmentAsync(new(trial, 1, null, slow), Cancellation));
        Assert.True(await database.Attempts.WriteEnvironmentAsync(new(trial, 1, null, quick), Cancellation));
        Assert.False(await database.Attempts.WriteEnvironmentAsync(new(trial, 2, null, quick), Cancellation));
        await database.Trials.MoveAsync(Requeue(trial), Cancellation);
        await database.Trials.MoveAsync(Lease(trial, fromAttempt: 1), Cancellation);
        Assert.False(await database.Attempts.WriteEnvironmentAsync(new(trial, 1, null, quick), Cancellation));
        var gpu = quick with
        {
            Device = "cuda:1",
            Gpu = "NVIDIA H100\0",
            Driver = "580.1",
            Precision = Precision.Tf32,
            Processor = "é\ud800",
        };
        Assert.True(await database.Attempts.WriteEnvironmentAsync(new(trial, 2, 1, gpu), Cancellation));

        var reports = new ReportReader(database.Source);
        var stored = gpu with { Gpu = "NVIDIA H100\ufffd", Processor = "é\ufffd" };
        Assert.Equal([new(trial, 1, null, slow), new(trial, 2, 1, stored)], await reports.ResumedAsync(trial.Sweep, Cancellation));
        var counts = await reports.EnvironmentsAsync(trial.Sweep, Cancellation);
        Assert.Equivalent(new[] { new EnvironmentCount(slow, 1, 1), new(stored with { Device = "cuda" }, 1, 1) }, counts, strict: true);
    }

    [Fact]
    public async Task Environments_of_many_attempts_at_once_are_stored_each_for_its_own()
    {
        var sweep = await database.AddSweepAsync(trials: 30);
        var trials = Enumerable.Range(1, 30).Select(number => new TrialId(sweep, number)).ToList();
        foreach (var trial in trials)
            await database.Trials.MoveAsync(Lease(trial), Cancellation);
        var gone = new TrialId(sweep, 31);
        var stored = await Task.WhenAll(trials.Append(gone).Select(
            trial => database.Attempts.WriteEnvironmentAsync(
                new(trial, 1, null, Environment with { Threads = 1 + (trial.Number % 2) }), Cancellation)));

        Assert.Equal([.. Enumerable.Repeat(true, 30), false], stored);
        Assert.Equal(
            [(1, 15), (2, 15)],
            (await new ReportReader(database.Source).EnvironmentsAsync(sweep, Cancellation))
                .Select(row => (row.Environment.Threads, row.Attempts)));
        Assert.Empty(await new ReportReader(database.Source).ResumedAsync(sweep, Cancellation));
    }

    [Fact]
    public async Task Writes_of_an_older_attempt_are_refused_and_named()
    {
        var trial = await database.AddRunningTrialAsync();
        var other = await database.AddRunningTrialAsync();
        await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(1, 3))], Cancellation);
        await database.Trials.MoveAsync(Requeue(trial), Cancellation);
        Assert.Equal(
            [trial], await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(2, 1)), Row(other, 1, Epoch(1, 1))], Cancellation));
        await database.Trials.MoveAsync(Lease(trial, fromAttempt: 1), Cancellation);
        Assert.Equal([trial], await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(2, 1))], Cancellation));
        Assert.Equal((1, 3.0), ((await database.SummaryAsync(trial)).EpochsDone, (await database.SummaryAsync(trial)).BestValue));
        Assert.Equal(1, (await database.SummaryAsync(other)).EpochsDone);
    }

    [Fact]
    public async Task A_trial_without_a_row_is_stale()
    {
        var missing = new TrialId(await database.AddSweepAsync(), 77);
        Assert.Equal([missing], await database.Attempts.WriteEpochsAsync([Row(missing, 1, Epoch(1))], Cancellation));
        Assert.Equal(0, await database.CountAsync("epochs", $"trial_id = {missing.Value}"));
    }

    [Fact]
    public async Task An_old_and_a_new_attempt_in_one_batch_are_told_apart()
    {
        var trial = await database.AddRunningTrialAsync();
        await database.Trials.MoveAsync(Requeue(trial), Cancellation);
        await database.Trials.MoveAsync(Lease(trial, fromAttempt: 1), Cancellation);
        Assert.Empty(await database.Attempts.WriteEpochsAsync(
            [Row(trial, 2, Epoch(1, 3)), Row(trial, 1, Epoch(1, 1)), Row(trial, 1, Epoch(2, 1))], Cancellation));
        var summary = await database.SummaryAsync(trial);
        Assert.Equal((1, 3.0), (summary.EpochsDone, summary.BestValue));
    }

    [Fact]
    public async Task When_an_attempt_repeats_the_best_epoch_with_another_value_the_best_is_found_again()
    {
        var trial = await database.AddRunningTrialAsync();
        await database.Attempts.WriteEpochsAsync(
            [Row(trial, 1, Epoch(1, 3)), Row(trial, 1, Epoch(2, 2)), Row(trial, 1, Epoch(3, 1))], Cancellation);
        await database.Trials.MoveAsync(Requeue(trial), Cancellation);
        await database.Trials.MoveAsync(Lease(trial, fromAttempt: 1), Cancellation);
        await database.Attempts.WriteEpochsAsync([Row(trial, 2, Epoch(3, 2.5))], Cancellation);
        var summary = await database.SummaryAsync(trial);
        Assert.Equal((2.0, 2.0, 2), (summary.BestValue, summary.BestScore, summary.Best!.Epoch));
        Assert.Equal(1, await database.CountAsync("epochs", $"trial_id = {trial.Value} and epoch = 3 and attempt = 2 and val_loss = 2.5"));
    }

    [Fact]
    public async Task The_best_is_found_again_by_the_metric_and_the_goal_of_the_sweep()
    {
        var trial = await database.AddRunningTrialAsync(Metric.ValAccuracy, Goal.Maximize);
        await database.Attempts.WriteEpochsAsync(
            [.. new[] { 0.3, 0.7, 0.9 }.Select((value, i) => Row(trial, 1, Epoch(i + 1, valAccuracy: value), Accuracy))], Cancellation);
        await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(3, valAccuracy: 0.1), Accuracy)], Cancellation);
        var summary = await database.SummaryAsync(trial);
        Assert.Equal((0.7, -0.7, 2), (summary.BestValue, summary.BestScore, summary.Best!.Epoch));
    }

    [Fact]
    public async Task A_checkpoint_replaces_the_one_before_and_is_read_byte_for_byte()
    {
        var trial = await database.AddRunningTrialAsync();
        Assert.Null(await database.Attempts.ReadCheckpointAsync(trial, Cancellation));
        await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(1)), Row(trial, 1, Epoch(2))], Cancellation);
        foreach (var epoch in new[] { 1, 2, 2 })
            Assert.True(await database.Attempts.WriteCheckpointAsync(trial, Checkpoint(1, epoch), Cancellation));
        var read = await database.Attempts.ReadCheckpointAsync(trial, Cancellation);
        Assert.Equivalent(Checkpoint(1, 2), read);
        Assert.Equal(1, await database.CountAsync("checkpoints", $"trial_id = {trial.Value}"));
    }

    [Fact]
    public async Task A_checkpoint_of_an_older_attempt_is_refused()
    {
        var trial = await database.AddRunningTrialAsync();
        await database.Attempts.WriteEpochsAsync([.. Enumerable.Range(1, 5).Select(epoch => Row(trial, 1, Epoch(epoch)))], Cancellation);
        await database.Attempts.WriteCheckpointAsync(trial, Checkpoint(1, 1), Cancellation);
        await database.Trials.MoveAsync(Requeue(trial), Cancellation);
        Assert.False(await database.Attempts.WriteCheckpointAsync(trial, Checkpoint(1, 5), Cancellation));
        await database.Trials.MoveAsync(Lease(trial, fromAttempt: 1), Cancellation);
        Assert.False(await database.Attempts.WriteCheckpointAsync(trial, Checkpoint(1, 5), Cancellation));
        Assert.Equal(1, (await database.Attempts.ReadCheckpointAsync(trial, Cancellation))!.Epoch);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(AttemptStore.SmallCheckpoint + 1)]
    public async Task Of_checkpoints_that_come_together_each_is_stored_unless_its_attempt_is_not_the_running_one(int bytes)
    {
        var trials = new List<TrialId>();
        for (var trial = 0; trial < 12; trial++)
        {
            trials.Add(await database.AddRunningTrialAsync());
            await database.Attempts.WriteEpochsAsync([Row(trials[trial], 1, Epoch(1)), Row(trials[trial], 1, Epoch(2))], Cancellation);
        }

        // Of each three trials one writes for an attempt that is not the running one, and one beyond its epochs.
        var stored = await Task.WhenAll(trials.Select((trial, index) => database.Attempts.WriteCheckpointAsync(
            trial, Of(index) with { Attempt = index % 3 == 0 ? 2 : 1, Epoch = index % 3 == 1 ? 3 : 2 }, Cancellation)));
        Assert.Equal(trials.Select((_, index) => index % 3 == 2), stored);
        foreach (var (index, trial) in trials.Index())
        {
            var read = await database.Attempts.ReadCheckpointAsync(trial, Cancellation);
            Assert.Equal(index % 3 == 2 ? Of(index).Data : null, read?.Data);
        }

        StoredCheckpoint Of(int index)
        {
            byte[] data = [.. Enumerable.Range(0, bytes).Select(place => (byte)(place * (index + 1)))];
            return new(1, 2, 0, Hash(data), data);
        }
    }

    [Fact]
    public async Task Nothing_is_stored_beyond_epochs_that_a_standby_lacks()
    {
        var trial = await database.AddRunningTrialAsync();
        var other = await database.AddRunningTrialAsync();
        await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(1, 3)), Row(trial, 1, Epoch(2, 2.5))], Cancellation);
        Assert.Equal(
            [trial],
            await database.Attempts.WriteEpochsAsync(
                [Row(trial, 1, Epoch(5, 1)), Row(other, 1, Epoch(1, 3)), Row(trial, 1, Epoch(4, 1))], Cancellation));
        Assert.Equal((2, 2.5), ((await database.SummaryAsync(trial)).EpochsDone, (await database.SummaryAsync(trial)).BestValue));
        Assert.Equal(1, (await database.SummaryAsync(other)).EpochsDone);
        Assert.False(await database.Attempts.WriteCheckpointAsync(trial, Checkpoint(1, 3), Cancellation));
        Assert.True(await database.Attempts.WriteCheckpointAsync(trial, Checkpoint(1, 2), Cancellation));

        // The next attempt goes on from the stored epochs and repeats the missing ones.
        Assert.Empty(await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(3, 2)), Row(trial, 1, Epoch(4, 1))], Cancellation));
        Assert.Equal((4, 1.0), ((await database.SummaryAsync(trial)).EpochsDone, (await database.SummaryAsync(trial)).BestValue));
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_neither_stored_nor_read()
    {
        var trial = await database.AddRunningTrialAsync();
        await Assert.ThrowsAsync<InvalidDataException>(
            () => database.Attempts.WriteCheckpointAsync(trial, Checkpoint(1, 1) with { Data = [9] }, Cancellation));
        await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(1))], Cancellation);
        await database.Attempts.WriteCheckpointAsync(trial, Checkpoint(1, 1), Cancellation);
        await database.RunAsync($"update checkpoints set data = substr(data, 2) where trial_id = {trial.Value}");
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => database.Attempts.ReadCheckpointAsync(trial, Cancellation));
        Assert.StartsWith($"The checkpoint of trial {trial} is damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_best_successful_trials_and_the_unfinished_ones_keep_their_checkpoints()
    {
        var sweep = await database.AddSweepAsync(trials: 6);
        double[] losses = [4, 2, 3, 1, double.NaN, 1];
        foreach (var (index, loss) in losses.Index())
        {
            var trial = new TrialId(sweep, index + 1);
            await database.Trials.MoveAsync(Lease(trial), Cancellation);
            await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(1, loss))], Cancellation);
            await database.Attempts.WriteCheckpointAsync(trial, Checkpoint(1, 1), Cancellation);
            await database.Trials.MoveAsync(trial.Number == 6 ? Requeue(trial) : Succeed(trial), Cancellation);
        }

        Assert.Empty(await database.Attempts.FreeCheckpointsAsync(sweep, 2, Cancellation));
        Assert.Empty(await database.Attempts.FreeCheckpointsAsync(sweep, 2, Cancellation));
        var kept = new List<int>();
        for (var number = 1; number <= 6; number++)
        {
            if ((await database.Trials.LoadAsync(new(sweep, number), Cancellation))!.HasCheckpoint)
                kept.Add(number);
        }

        Assert.Equal([2, 4, 6], kept);
    }

    [Fact]
    public async Task Log_lines_are_stored_once_and_can_be_followed()
    {
        var trial = await database.AddRunningTrialAsync();
        await database.Attempts.WriteLogAsync([Line(1, "first"), Line(2, "zero \0 and half a pair \udc00")], Cancellation);
        await database.Attempts.WriteLogAsync([Line(2, "again"), Line(3, "third")], Cancellation);
        var lines = await database.Reader.LogAsync(trial.Sweep, trial.Number, 0, Cancellation);
        Assert.Equal(["first", "zero \ufffd and half a pair \ufffd", "third"], lines.Select(line => line.Text));
        Assert.Equal(DateTimeOffset.UnixEpoch, lines[0].At);
        Assert.Equal(
            ["third"],
            (await database.Reader.LogAsync(trial.Sweep, trial.Number, lines[1].Position, Cancellation)).Select(line => line.Text));

        LogLine Line(int line, string text) => new(trial, 1, line, DateTimeOffset.UnixEpoch, text);
    }

    [Fact]
    public async Task The_last_log_lines_of_an_attempt_are_stored_even_when_the_next_attempt_has_begun()
    {
        var trial = await database.AddRunningTrialAsync();
        await database.Trials.MoveAsync(Requeue(trial), Cancellation);
        await database.Attempts.WriteLogAsync(
            [new(trial, 1, 1, DateTimeOffset.UnixEpoch, "last"), new(trial, 2, 1, DateTimeOffset.UnixEpoch, "never leased")], Cancellation);
        await database.Trials.MoveAsync(Lease(trial, fromAttempt: 1), Cancellation);
        await database.Attempts.WriteLogAsync([new(trial, 1, 2, DateTimeOffset.UnixEpoch, "words")], Cancellation);
        Assert.Equal(
            ["last", "words"], (await database.Reader.LogAsync(trial.Sweep, trial.Number, 0, Cancellation)).Select(line => line.Text));
    }

    private static StoredCheckpoint Checkpoint(int attempt, int epoch)
    {
        byte[] data = [.. Enumerable.Range(0, 10_000).Select(i => (byte)(i * epoch))];
        return new(attempt, epoch, 0, Hash(data), data);
    }
}
