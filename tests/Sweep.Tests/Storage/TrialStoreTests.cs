using Npgsql;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using static Sweep.Tests.Storage.StorageDatabase;

namespace Sweep.Tests.Storage;

public sealed class TrialStoreTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lease_opens_the_next_attempt_on_its_worker_and_starts_the_clock()
    {
        var trial = await database.AddRunningTrialAsync();
        var stored = await database.Trials.LoadAsync(trial, Cancellation);
        Assert.Equal((TrialState.Running, 1, "w1"), (stored!.State, stored.Attempt, stored.Worker));
        Assert.Equal(1, await database.CountAsync("trials", $"id = {trial.Value} and started_at is not null and ended_at is null"));
        Assert.Equal([(1, "leased", "w1", null, null)], await EventsAsync(trial));
    }

    [Fact]
    public async Task A_silo_that_was_declared_dead_opens_no_trial_until_its_name_belongs_to_a_later_silo()
    {
        var trial = new TrialId(await database.AddSweepAsync(), 1);
        await database.RunAsync("insert into orleans_versions (deployment_id) values ('dead') on conflict do nothing");
        await JoinAsync(generation: 1, status: 6);
        Assert.Null(await database.Trials.MoveAsync(Lease(trial, worker: "w-dead"), Cancellation));
        Assert.Empty(await EventsAsync(trial));
        await JoinAsync(generation: 2, status: 3);
        Assert.Equal(TrialState.Running, await database.Trials.MoveAsync(Lease(trial, worker: "w-dead"), Cancellation));

        Task JoinAsync(int generation, int status) => database.RunAsync($"""
            insert into orleans_members (
              deployment_id, address, port, generation, silo_name, host_name, status, start_time, alive_time)
            values ('dead', '127.0.0.1', 1, {generation}, 'w-dead', 'host', {status}, now(), now())
            """);
    }

    [Fact]
    public async Task The_same_move_twice_is_stored_once_and_the_second_one_is_refused_as_late()
    {
        var trial = await database.AddRunningTrialAsync();
        Assert.Null(await database.Trials.MoveAsync(Lease(trial), Cancellation));
        Assert.Equal(TrialState.Succeeded, await database.Trials.MoveAsync(Succeed(trial), Cancellation));
        Assert.Null(await database.Trials.MoveAsync(Succeed(trial), Cancellation));
        Assert.Equal(2, (await EventsAsync(trial)).Count);
    }

    [Theory]
    [InlineData(TrialState.Queued, 1)]
    [InlineData(TrialState.Running, 0)]
    [InlineData(TrialState.Running, 2)]
    [InlineData(TrialState.Failed, 1)]
    public async Task A_move_from_a_state_or_attempt_that_is_past_is_refused(TrialState from, int attempt)
    {
        var trial = await database.AddRunningTrialAsync();
        Assert.Null(await database.Trials.MoveAsync(
            new(trial, from, attempt, TrialState.Cancelled, attempt, 0, 0, null, "cancelled"), Cancellation));
        Assert.Equal(TrialState.Running, (await database.SummaryAsync(trial)).State);
        Assert.Single(await EventsAsync(trial));
    }

    [Fact]
    public async Task A_trial_that_does_not_exist_is_neither_loaded_nor_moved()
    {
        var missing = new TrialId(await database.AddSweepAsync(), 999);
        Assert.Null(await database.Trials.LoadAsync(missing, Cancellation));
        Assert.Null(await database.Trials.MoveAsync(Lease(missing), Cancellation));
        Assert.Empty(await EventsAsync(missing));
    }

    [Fact]
    public async Task A_lost_worker_puts_its_trial_back_in_the_queue()
    {
        var trial = await database.AddRunningTrialAsync();
        Assert.Equal(TrialState.Queued, await database.Trials.MoveAsync(Requeue(trial), Cancellation));
        var stored = await database.Trials.LoadAsync(trial, Cancellation);
        Assert.Equal((TrialState.Queued, 1, 0, 1, null), (stored!.State, stored.Attempt, stored.Failures, stored.Losses, stored.Worker));
        // The event names the lost worker, though the caller did not name it.
        Assert.Equal((1, "lost", "w1", "worker_lost", "worker w1 is dead"), (await EventsAsync(trial))[^1]);
        Assert.Equal(TrialState.Running, await database.Trials.MoveAsync(Lease(trial, fromAttempt: 1, worker: "w2"), Cancellation));
        Assert.Equal(2, (await database.Trials.LoadAsync(trial, Cancellation))!.Attempt);
    }

    [Fact]
    public async Task A_trial_that_is_requeued_in_a_cancelled_sweep_is_cancelled()
    {
        var trial = await database.AddRunningTrialAsync();
        await database.Sweeps.MoveAsync(trial.Sweep, SweepMove.Cancel, Cancellation);
        Assert.Equal(TrialState.Cancelled, await database.Trials.MoveAsync(Requeue(trial), Cancellation));
        Assert.Equal("cancelled", (await EventsAsync(trial))[^1].Event);
        Assert.Equal(1, await database.CountAsync("trials", $"id = {trial.Value} and state = 'cancelled' and ended_at is not null"));
    }

    [Fact]
    public async Task Nothing_is_leased_in_a_sweep_that_does_not_run()
    {
        var id = await database.AddSweepAsync(trials: 2);
        await database.Sweeps.MoveAsync(id, SweepMove.Pause, Cancellation);
        Assert.Null(await database.Trials.MoveAsync(Lease(new(id, 1)), Cancellation));
        await database.Sweeps.MoveAsync(id, SweepMove.Resume, Cancellation);
        Assert.Equal(TrialState.Running, await database.Trials.MoveAsync(Lease(new(id, 1)), Cancellation));
    }

    [Theory]
    [InlineData(TrialState.Succeeded)]
    [InlineData(TrialState.Failed)]
    [InlineData(TrialState.Queued)]
    [InlineData(TrialState.Cancelled)]
    public async Task A_trial_that_was_cancelled_while_it_ran_is_cancelled_however_its_attempt_ends(TrialState end)
    {
        var trial = await database.AddRunningTrialAsync();
        Assert.Equal(TrialState.Running, await database.Sweeps.CancelTrialAsync(trial, Cancellation));
        Assert.Equal(TrialState.Running, await database.Sweeps.CancelTrialAsync(trial, Cancellation));
        Assert.Equal(
            TrialState.Cancelled, await database.Trials.MoveAsync(Succeed(trial) with { To = end, Event = "cancelled" }, Cancellation));
        Assert.Equal("cancelled", (await EventsAsync(trial))[^1].Event);
        Assert.Equal(TrialState.Cancelled, await database.Sweeps.CancelTrialAsync(trial, Cancellation));
    }

    [Fact]
    public async Task A_trial_whose_cancel_is_reversed_waits_again_when_its_worker_has_already_stopped_it()
    {
        var trial = await database.AddRunningTrialAsync();
        await database.Sweeps.CancelTrialAsync(trial, Cancellation);
        Assert.Equal([1], (await database.Sweeps.RetryAsync(trial.Sweep, 1, Cancellation))!.Value.Numbers);
        Assert.Equal(
            TrialState.Queued,
            await database.Trials.MoveAsync(Succeed(trial) with { To = TrialState.Cancelled, Event = "cancelled" }, Cancellation));
        Assert.Equal("requeued", (await EventsAsync(trial))[^1].Event);
    }

    [Fact]
    public async Task Every_move_under_every_order_is_stored_as_the_rule_decides()
    {
        foreach (var (cancelling, order) in
            from cancelling in new[] { false, true } from order in new SweepMove?[] { null, SweepMove.Pause } select (cancelling, order))
        {
            foreach (var to in Enum.GetValues<TrialState>())
            {
                var trial = new TrialId(await database.AddSweepAsync(), 1);
                if (to != TrialState.Running)
                    await database.Trials.MoveAsync(Lease(trial), Cancellation);
                if (cancelling)
                    await database.Sweeps.CancelTrialAsync(trial, Cancellation);
                if (order is { } move)
                    await database.Sweeps.MoveAsync(trial.Sweep, move, Cancellation);
                var transition = to == TrialState.Running ? Lease(trial) : Succeed(trial) with { To = to };
                var expected = cancelling && to == TrialState.Running
                    ? null
                    : transition.StoredAs(cancelling, order is null ? SweepState.Running : SweepState.Paused);
                Assert.Equal(expected, await database.Trials.MoveAsync(transition, Cancellation));
            }
        }
    }

    [Fact]
    public async Task A_requeue_waits_for_the_cancel_of_its_sweep_to_be_stored()
    {
        var trial = await database.AddRunningTrialAsync();
        await using var connection = await database.Source.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var cancel = new NpgsqlCommand($"update sweeps set state = 'cancelled' where id = {trial.Sweep}", connection);
        await cancel.ExecuteNonQueryAsync(Cancellation);

        var requeue = database.Trials.MoveAsync(Requeue(trial), Cancellation);
        while (!requeue.IsCompleted
            && await database.CountAsync("pg_locks", $"not granted and {connection.ProcessID} = any(pg_blocking_pids(pid))") == 0)
            Cancellation.ThrowIfCancellationRequested();
        await transaction.CommitAsync(Cancellation);
        Assert.Equal(TrialState.Cancelled, await requeue);
    }

    [Fact]
    public async Task A_success_stores_its_result()
    {
        var trial = await database.AddRunningTrialAsync();
        await database.Trials.MoveAsync(Succeed(trial) with { Result = Result with { Sample = "to\0be \ud800!" } }, Cancellation);
        var summary = await database.SummaryAsync(trial);
        // Neither a zero character nor half a surrogate pair can be stored.
        Assert.Equal(Result with { Sample = "to\ufffdbe \ufffd!" }, summary.Result);
        Assert.Null(summary.Worker);
        Assert.Equal(1, await database.CountAsync("trials", $"id = {trial.Value} and ended_at is not null"));
    }

    [Fact]
    public async Task A_failure_stores_its_reason()
    {
        var trial = await database.AddRunningTrialAsync();
        Assert.Equal(TrialState.Failed, await database.Trials.MoveAsync(Fail(trial), Cancellation));
        Assert.Equal("the loss of epoch 3 is not finite at learning rate 0.1", (await database.SummaryAsync(trial)).Reason);
        Assert.Equal("diverged", (await EventsAsync(trial))[^1].Reason);
    }

    [Fact]
    public async Task A_trial_that_lacks_epochs_at_its_success_waits_again()
    {
        var trial = await database.AddRunningTrialAsync();
        await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(1))], Cancellation);
        Assert.Equal(TrialState.Queued, await database.Trials.MoveAsync(Succeed(trial) with { Epochs = 2 }, Cancellation));
        await database.Trials.MoveAsync(Lease(trial, fromAttempt: 1), Cancellation);
        await database.Attempts.WriteEpochsAsync([Row(trial, 2, Epoch(2))], Cancellation);
        Assert.Equal(TrialState.Succeeded, await database.Trials.MoveAsync(Succeed(trial, attempt: 2) with { Epochs = 2 }, Cancellation));
        Assert.Equal(["leased", "given back", "leased", "succeeded"], (await EventsAsync(trial)).Select(found => found.Event));
    }

    [Fact]
    public async Task Of_many_workers_that_lease_one_trial_one_gets_it()
    {
        var trial = new TrialId(await database.AddSweepAsync(), 1);
        var grains = Enumerable.Range(0, 4).Select(_ => database.Trials).ToList();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 40).Select(i => Task.Run(() => grains[i % 4].MoveAsync(Lease(trial, worker: $"w{i}"), Cancellation))));
        Assert.Single(answers, answer => answer == TrialState.Running);
        Assert.Single(await EventsAsync(trial));
    }

    [Fact]
    public async Task Batches_of_several_silos_with_the_same_trials_in_any_order_do_not_deadlock()
    {
        var sweep = await database.AddSweepAsync(trials: 50);
        var silos = Enumerable.Range(0, 4).Select(_ => (database.Trials, database.Attempts)).ToList();
        await Task.WhenAll(silos.Select((silo, index) => Task.Run(async () =>
        {
            for (var attempt = 0; attempt < 5; attempt++)
            {
                var ids = Enumerable.Range(1, 50)
                    .Select(number => new TrialId(sweep, number))
                    .OrderBy(id => (id.Number * (7 + index)) % 51)
                    .ToList();
                await Task.WhenAll(ids.Select(id => silo.Trials.MoveAsync(Lease(id, attempt), Cancellation)));
                await silo.Attempts.WriteEpochsAsync([.. ids.Select(id => Row(id, attempt + 1, Epoch(attempt + 1)))], Cancellation);
                await Task.WhenAll(ids.Select(id => silo.Trials.MoveAsync(Requeue(id, attempt + 1), Cancellation)));
            }
        })));
        Assert.Equal(50, (await database.QueuedAsync(sweep)).Count);
        Assert.Equal(50 * 5 * 2, await database.CountAsync("trial_events", $"trial_id / 1000000 = {sweep}"));
    }

    [Fact]
    public async Task A_move_that_cannot_be_stored_fails_alone()
    {
        var sweep = await database.AddSweepAsync(trials: 20);
        var store = database.Trials;
        var good = Enumerable.Range(1, 19).Select(number => store.MoveAsync(Lease(new(sweep, number)), Cancellation)).ToList();
        var bad = store.MoveAsync(Lease(new(sweep, 20), worker: "w\0"), Cancellation);
        await Assert.ThrowsAsync<PostgresException>(() => bad);
        Assert.All(await Task.WhenAll(good), state => Assert.Equal(TrialState.Running, state));
    }

    [Fact]
    public async Task Unfinished_trials_and_counts_are_read_from_the_tables()
    {
        var before = await database.Trials.CountAsync(Cancellation);
        var paused = await database.AddRunningTrialAsync();
        await database.Sweeps.MoveAsync(paused.Sweep, SweepMove.Pause, Cancellation);
        var cancelled = await database.AddRunningTrialAsync();
        await database.Sweeps.MoveAsync(cancelled.Sweep, SweepMove.Cancel, Cancellation);
        var waiting = await database.AddSweepAsync(trials: 3);

        var after = await database.Trials.CountAsync(Cancellation);
        Assert.Equal(
            (3L, 1L), (after[TrialState.Queued] - before[TrialState.Queued], after[TrialState.Running] - before[TrialState.Running]));
        Assert.Equal(Enum.GetValues<TrialState>(), after.Keys.Order());
        var unfinished = await database.Trials.UnfinishedAsync(cancellation: Cancellation);
        Assert.Equal(new(paused, 1, "w1", LeaseOrder.Pause), unfinished.Single(trial => trial.Id == paused));
        Assert.Equal(new(cancelled, 1, "w1", LeaseOrder.Cancel), unfinished.Single(trial => trial.Id == cancelled));
        var running = await database.AddRunningTrialAsync();
        var stopping = await database.Trials.StoppingAsync(Cancellation);
        Assert.Equal(new(paused, 1, "w1", LeaseOrder.Pause), stopping.Single(trial => trial.Id == paused));
        Assert.Equal(new(cancelled, 1, "w1", LeaseOrder.Cancel), stopping.Single(trial => trial.Id == cancelled));
        Assert.DoesNotContain(stopping, trial => trial.Id == running || trial.Worker is null);
        Assert.Equal(
            [1, 2, 3],
            (await database.Trials.UnfinishedAsync(waiting, Cancellation))
                .Where(trial => trial.Worker is null)
                .Select(trial => trial.Id.Number));
    }

    private async Task<List<(int Attempt, string Event, string? Worker, string? Reason, string? Detail)>> EventsAsync(TrialId trial) =>
        [
            .. (await database.Reader.EventsAsync(trial.Sweep, trial.Number, Cancellation))
                .Select(e => (e.Attempt, e.Event, e.Worker, e.Reason, e.Detail)),
        ];
}
