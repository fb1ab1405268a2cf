using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using static Sweep.Tests.Storage.StorageDatabase;

namespace Sweep.Tests.Storage;

public sealed class SweepStoreTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await database.AddTextAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sweep_is_loaded_as_it_was_stored()
    {
        var id = await database.Reader.NextSweepIdAsync(Cancellation);
        var spec = Spec("whole");
        var stored = await database.Sweeps.AddAsync(
            id,
            spec,
            exactName: true,
            [Parameters, ParametersWith(trial => trial with { BatchSize = 7, Cell = CellKind.Gru })],
            Cancellation);
        Assert.Equal((id, "whole", SweepState.Running, 2), (stored.Id, stored.Spec.Name, stored.State, stored.Trials));
        var loaded = await database.Sweeps.LoadAsync(id, Cancellation);
        Assert.Equal(spec.ToJson(), loaded!.Spec.ToJson());
        Assert.Equal(["cell", "learning_rate"], loaded.Spec.Parameters.Varying);
        var second = await database.Trials.LoadAsync(new(id, 2), Cancellation);
        Assert.Equal(ParametersWith(trial => trial with { BatchSize = 7, Cell = CellKind.Gru }).ToJson(), second!.Parameters.ToJson());
        Assert.Equal(
            (TrialState.Queued, 0, 0, 0, null, false),
            (second.State, second.Attempt, second.Failures, second.Losses, second.Worker, second.HasCheckpoint));
        Assert.Equal([1, 2], await database.QueuedAsync(id));
    }

    [Fact]
    public async Task Adding_the_same_id_again_returns_the_stored_sweep()
    {
        var id = await database.Reader.NextSweepIdAsync(Cancellation);
        var first = await database.Sweeps.AddAsync(id, Spec("twice"), exactName: true, [Parameters], Cancellation);
        var second = await database.Sweeps.AddAsync(id, Spec("twice"), exactName: true, [Parameters], Cancellation);
        Assert.Equal((first.Id, first.Spec.Name, first.Trials), (second.Id, second.Spec.Name, second.Trials));
        Assert.Equal(1, await database.CountAsync("trials", $"sweep_id = {id}"));
    }

    [Fact]
    public async Task A_taken_name_gets_the_first_free_suffix_or_is_refused()
    {
        await database.AddNamedAsync("taken");
        await database.AddNamedAsync("taken-3");
        Assert.Equal("taken-2", (await database.AddNamedAsync("taken")).Spec.Name);
        Assert.Equal("taken-4", (await database.AddNamedAsync("taken")).Spec.Name);
        Assert.Equal("taken-4", (await database.Reader.FindAsync("taken-4", Cancellation))!.Spec.Name);
        var id = await database.Reader.NextSweepIdAsync(Cancellation);
        await Assert.ThrowsAsync<NameTakenException>(
            () => database.Sweeps.AddAsync(id, Spec("taken"), exactName: true, [Parameters], Cancellation));
        Assert.Null(await database.Sweeps.LoadAsync(id, Cancellation));
    }

    [Fact]
    public async Task Sweeps_that_want_one_name_at_once_all_get_one()
    {
        var names = (await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => database.AddNamedAsync("crowd"))))
            .Select(stored => stored.Spec.Name);
        Assert.Equal(Enumerable.Range(2, 9).Select(suffix => $"crowd-{suffix}").Prepend("crowd").Order(), names.Order());
    }

    [Fact]
    public async Task No_trial_is_stored_when_one_of_them_cannot_be()
    {
        var id = await database.Reader.NextSweepIdAsync(Cancellation);
        var trials = new[] { Parameters, ParametersWith(trial => trial with { LearningRate = double.NaN }) };
        await Assert.ThrowsAnyAsync<Exception>(() => database.Sweeps.AddAsync(id, Spec("half"), exactName: true, trials, Cancellation));
        Assert.Null(await database.Sweeps.LoadAsync(id, Cancellation));
        Assert.Equal(0, await database.CountAsync("trials", $"sweep_id = {id}"));
    }

    [Fact]
    public async Task A_sweep_is_refused_when_its_text_is_not_stored()
    {
        var id = await database.Reader.NextSweepIdAsync(Cancellation);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => database.Sweeps.AddAsync(id, Spec("textless", text: [1]), exactName: true, [Parameters], Cancellation));
        Assert.Contains("is not stored", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_move_changes_the_row_may_be_repeated_and_stores_the_time_of_the_end()
    {
        var id = await database.AddSweepAsync();
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(SweepState.Cancelled, (await database.Sweeps.MoveAsync(id, SweepMove.Cancel, Cancellation))!.State);
            Assert.Equal(1, await database.CountAsync("sweeps", $"id = {id} and state = 'cancelled' and ended_at is not null"));
        }

        await Assert.ThrowsAsync<IllegalMoveException>(() => database.Sweeps.MoveAsync(id, SweepMove.Resume, Cancellation));
        Assert.Equal(SweepState.Running, (await database.Sweeps.RetryAsync(id, null, Cancellation))!.Value.Sweep.State);
        Assert.Equal(1, await database.CountAsync("sweeps", $"id = {id} and state = 'running' and ended_at is null"));
        Assert.Null(await database.Sweeps.MoveAsync(int.MaxValue, SweepMove.Pause, Cancellation));
    }

    [Fact]
    public async Task A_sweep_completes_only_when_no_trial_waits_or_runs()
    {
        var id = await database.AddSweepAsync(trials: 2);
        await database.Trials.MoveAsync(Lease(new(id, 1)), Cancellation);
        await database.Trials.MoveAsync(Succeed(new(id, 1)), Cancellation);
        Assert.Equal(SweepState.Running, (await database.Sweeps.MoveAsync(id, SweepMove.Complete, Cancellation))!.State);
        await database.Sweeps.CancelTrialAsync(new(id, 2), Cancellation);
        Assert.Equal(SweepState.Completed, (await database.Sweeps.MoveAsync(id, SweepMove.Complete, Cancellation))!.State);
    }

    [Fact]
    public async Task A_retry_at_the_same_time_as_the_end_of_its_sweep_leaves_no_waiting_trial_in_an_ended_sweep()
    {
        for (var round = 0; round < 20; round++)
        {
            var id = await database.AddSweepAsync();
            await database.Sweeps.CancelTrialAsync(new(id, 1), Cancellation);
            await Task.WhenAll(
                Task.Run(() => database.Sweeps.MoveAsync(id, SweepMove.Complete, Cancellation), Cancellation),
                Task.Run(() => database.Sweeps.RetryAsync(id, 1, Cancellation), Cancellation));
            Assert.Equal(SweepState.Running, (await database.Sweeps.LoadAsync(id, Cancellation))!.State);
            Assert.Equal([1], await database.QueuedAsync(id));
        }
    }

    [Fact]
    public async Task Only_sweeps_that_run_are_running()
    {
        var running = await database.AddSweepAsync();
        var paused = await database.AddSweepAsync();
        await database.Sweeps.MoveAsync(paused, SweepMove.Pause, Cancellation);
        var ids = (await database.Sweeps.RunningAsync(Cancellation)).Select(sweep => sweep.Id).ToList();
        Assert.Contains(running, ids);
        Assert.DoesNotContain(paused, ids);
        var states = await database.Sweeps.StatesAsync([paused, int.MaxValue], Cancellation);
        Assert.Equal((SweepState.Running, SweepState.Paused, false), (states[running], states[paused], states.ContainsKey(int.MaxValue)));
    }

    [Fact]
    public async Task Cancelling_ends_the_trials_that_wait_at_once_and_those_that_run_when_their_attempts_end()
    {
        var id = await database.AddSweepAsync(trials: 4);
        await database.Trials.MoveAsync(Lease(new(id, 2)), Cancellation);
        Assert.Equal(TrialState.Cancelled, await database.Sweeps.CancelTrialAsync(new(id, 1), Cancellation));
        Assert.Equal(TrialState.Running, await database.Sweeps.CancelTrialAsync(new(id, 2), Cancellation));
        Assert.Null(await database.Sweeps.CancelTrialAsync(new(id, 5), Cancellation));
        await database.Sweeps.MoveAsync(id, SweepMove.Cancel, Cancellation);
        Assert.Equal(
            [TrialState.Cancelled, TrialState.Running, TrialState.Cancelled, TrialState.Cancelled],
            (await database.Reader.TrialsAsync(id, Cancellation)).Select(trial => trial.State));
        Assert.Equal([(1, "cancelled"), (2, "leased"), (3, "cancelled"), (4, "cancelled")], (await EventsAsync(id)).OrderBy(e => e.Number));
    }

    [Fact]
    public async Task A_retry_queues_failed_and_cancelled_trials_with_all_their_retries_and_keeps_their_epochs()
    {
        var id = await database.AddSweepAsync(trials: 4);
        var failed = new TrialId(id, 1);
        await database.Trials.MoveAsync(Lease(failed), Cancellation);
        await database.Attempts.WriteEpochsAsync([Row(failed, 1, Epoch(1))], Cancellation);
        await database.Trials.MoveAsync(Fail(failed), Cancellation);
        await database.Trials.MoveAsync(Lease(new(id, 3)), Cancellation);
        await database.Trials.MoveAsync(Succeed(new(id, 3)), Cancellation);
        await database.Sweeps.CancelTrialAsync(new(id, 2), Cancellation);

        Assert.Equal([1, 2], (await database.Sweeps.RetryAsync(id, null, Cancellation))!.Value.Numbers);
        Assert.Empty((await database.Sweeps.RetryAsync(id, null, Cancellation))!.Value.Numbers);
        Assert.Equal([1, 2, 4], await database.QueuedAsync(id));
        var summary = await database.SummaryAsync(failed);
        Assert.Equal((TrialState.Queued, 1, 1, null), (summary.State, summary.Attempt, summary.EpochsDone, summary.Reason));
        Assert.Equal(
            (0, 0),
            ((await database.Trials.LoadAsync(failed, Cancellation))!.Failures,
                (await database.Trials.LoadAsync(failed, Cancellation))!.Losses));
        Assert.Equal(1, await database.CountAsync("trials", $"id = {failed.Value} and started_at is not null and ended_at is null"));
        Assert.Equal(2, (await EventsAsync(id)).Count(e => e.Event == "retried"));
    }

    [Fact]
    public async Task One_trial_is_retried_alone()
    {
        var id = await database.AddSweepAsync(trials: 2);
        await database.Sweeps.MoveAsync(id, SweepMove.Cancel, Cancellation);
        Assert.Equal([2], (await database.Sweeps.RetryAsync(id, 2, Cancellation))!.Value.Numbers);
        Assert.Equal([2], await database.QueuedAsync(id));
    }

    [Fact]
    public async Task A_sweep_is_over_when_no_trial_waits_or_runs()
    {
        var id = await database.AddSweepAsync(trials: 2);
        Assert.False(await database.Sweeps.IsOverAsync(id, Cancellation));
        await database.Trials.MoveAsync(Lease(new(id, 1)), Cancellation);
        await database.Sweeps.CancelTrialAsync(new(id, 2), Cancellation);
        Assert.False(await database.Sweeps.IsOverAsync(id, Cancellation));
        await database.Trials.MoveAsync(Succeed(new(id, 1)), Cancellation);
        Assert.True(await database.Sweeps.IsOverAsync(id, Cancellation));
    }

    private async Task<IReadOnlyList<(int Number, string Event)>> EventsAsync(int id) =>
        [.. (await database.Reader.EventsAsync(id, null, Cancellation)).Select(e => (e.Number, e.Event))];
}
