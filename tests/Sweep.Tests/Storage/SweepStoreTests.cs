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
        await AddAsync("taken");
        await AddAsync("taken-3");
        Assert.Equal("taken-2", (await AddAsync("taken")).Spec.Name);
        Assert.Equal("taken-4", (await AddAsync("taken")).Spec.Name);
        Assert.Equal("taken-4", (await database.Reader.FindAsync("taken-4", Cancellation))!.Spec.Name);
        var id = await database.Reader.NextSweepIdAsync(Cancellation);
        await Assert.ThrowsAsync<NameTakenException>(
            () => database.Sweeps.AddAsync(id, Spec("taken"), exactName: true, [Parameters], Cancellation));
        Assert.Null(await database.Sweeps.LoadAsync(id, Cancellation));
    }

    [Fact]
    public async Task Sweeps_that_want_one_name_at_once_all_get_one()
    {
        var names = (await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => AddAsync("crowd")))).Select(stored => stored.Spec.Name);
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
    public async Task Proposals_that_several_silos_make_at_once_are_stored_once()
    {
        var id = await AddSearchAsync();
        var proposals = new TrialProposals(3, [Parameters, Parameters], MadeFrom: 0, Attempts: 0);
        var stored = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () => database.Sweeps.ProposeAsync(id, proposals, Cancellation), Cancellation)));
        Assert.Single(stored, isStored => isStored);
        Assert.Equal([1, 2, 3, 4], await database.QueuedAsync(id));
        await database.Sweeps.MoveAsync(id, SweepMove.Pause, Cancellation);
        Assert.False(await database.Sweeps.ProposeAsync(id, new(5, [Parameters], MadeFrom: 0, Attempts: 0), Cancellation));
    }

    [Fact]
    public async Task A_proposal_is_refused_when_an_outcome_that_it_was_made_from_has_changed()
    {
        var id = await AddSearchAsync();
        await FailAsync(new(id, 1), attempt: 0);
        var proposals = new TrialProposals(3, [Parameters], MadeFrom: 1, Attempts: 1);
        await database.Sweeps.RetryAsync(id, 1, Cancellation);
        Assert.False(await database.Sweeps.ProposeAsync(id, proposals, Cancellation));
        await FailAsync(new(id, 1), attempt: 1);
        Assert.False(await database.Sweeps.ProposeAsync(id, proposals, Cancellation));
        Assert.Null((await database.Reader.FindAsync($"search-{id}", Cancellation))!.NotReproducible);
        Assert.True(await database.Sweeps.ProposeAsync(id, proposals with { Attempts = 2 }, Cancellation));
        var rows = await database.Sweeps.OutcomesAsync(id, known: 2, Cancellation);
        Assert.Equal(
            [(1, TrialState.Failed, 2, true), (2, TrialState.Queued, 0, true), (3, TrialState.Queued, 0, false)],
            rows.Select(row => (row.Number, row.State, row.Attempt, row.Parameters is null)));
    }

    [Fact]
    public async Task A_retry_of_a_trial_from_which_others_were_proposed_marks_the_sweep()
    {
        var id = await AddSearchAsync();
        await FailAsync(new(id, 1), attempt: 0);
        await FailAsync(new(id, 2), attempt: 0);
        await database.Sweeps.ProposeAsync(id, new(3, [Parameters], MadeFrom: 1, Attempts: 1), Cancellation);
        await database.Sweeps.RetryAsync(id, 2, Cancellation);
        Assert.Null((await database.Reader.FindAsync($"search-{id}", Cancellation))!.NotReproducible);
        await database.Sweeps.RetryAsync(id, 1, Cancellation);
        Assert.Equal(
            "trial 1 was tried again after others had been proposed from its outcome",
            (await database.Reader.FindAsync($"search-{id}", Cancellation))!.NotReproducible);
    }

    [Fact]
    public async Task A_sweep_whose_trials_are_not_all_proposed_is_not_over_and_counts_them()
    {
        var id = await AddSearchAsync();
        await database.Sweeps.CancelTrialAsync(new(id, 1), Cancellation);
        await database.Sweeps.CancelTrialAsync(new(id, 2), Cancellation);
        Assert.False(await database.Sweeps.IsOverAsync(id, Cancellation));
        Assert.Equal(SweepState.Running, (await database.Sweeps.MoveAsync(id, SweepMove.Complete, Cancellation))!.State);
        var overview = await database.Reader.FindAsync($"search-{id}", Cancellation);
        // Of 5 trials of 100 epochs 2 were cancelled before they had trained any.
        Assert.Equal((5, 2, 300L), (overview!.Trials, overview.Proposed, overview.EpochsTotal));
        await database.Sweeps.ProposeAsync(id, new(3, [Parameters, Parameters, Parameters], 2, 0), Cancellation);
        for (var number = 3; number <= 5; number++)
            await database.Sweeps.CancelTrialAsync(new(id, number), Cancellation);
        Assert.True(await database.Sweeps.IsOverAsync(id, Cancellation));
    }

    [Fact]
    public async Task A_sweep_that_its_budget_ends_has_the_trials_that_were_proposed_and_ends_once()
    {
        var id = await AddSearchAsync();
        await database.Trials.MoveAsync(Lease(new(id, 1)), Cancellation);
        var left = (await database.Reader.FindAsync($"search-{id}", Cancellation))!.Left!;
        Assert.Equal((1_000L, null), (left.Epochs, left.Failures));
        Assert.InRange(left.Seconds!.Value, 3_000, 3_600);
        var ended = await database.Sweeps.EndAsync(id, "target: trial 1", isReproducible: true, Cancellation);
        Assert.Equal((2, "target: trial 1", SweepState.Running), (ended!.Trials, ended.EndedBy, ended.State));
        Assert.Empty(await database.QueuedAsync(id));
        Assert.False(await database.Sweeps.ProposeAsync(id, new(3, [Parameters], MadeFrom: 0, Attempts: 0), Cancellation));
        Assert.False(await database.Sweeps.IsOverAsync(id, Cancellation));
        await database.Trials.MoveAsync(Succeed(new(id, 1)), Cancellation);
        Assert.True(await database.Sweeps.IsOverAsync(id, Cancellation));
        Assert.Equal("target: trial 1", (await database.Sweeps.EndAsync(id, "time", isReproducible: false, Cancellation))!.EndedBy);
        var overview = await database.Reader.FindAsync($"search-{id}", Cancellation);
        Assert.Equal((2, "target: trial 1", null), (overview!.Trials, overview.EndedBy, overview.NotReproducible));
    }

    [Fact]
    public async Task What_a_budget_counts_ends_with_the_first_trial_that_is_not_over()
    {
        var id = await database.AddSweepAsync(trials: 5);
        foreach (var number in new[] { 1, 2, 4 })
            await database.Sweeps.CancelTrialAsync(new(id, number), Cancellation);
        Assert.Equal([1, 2], (await database.Sweeps.SpentAsync(id, 0, Cancellation)).Trials.Select(trial => trial.Number));
        Assert.Equal([2], (await database.Sweeps.SpentAsync(id, 1, Cancellation)).Trials.Select(trial => trial.Number));
        await database.Sweeps.CancelTrialAsync(new(id, 3), Cancellation);
        await database.Sweeps.CancelTrialAsync(new(id, 5), Cancellation);
        var (age, trials) = await database.Sweeps.SpentAsync(id, 2, Cancellation);
        Assert.Equal([3, 4, 5], trials.Select(trial => trial.Number));
        Assert.InRange(age, TimeSpan.Zero, TimeSpan.FromMinutes(5));
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

    [Fact]
    public async Task Deleting_removes_every_row_and_keeps_a_text_that_another_sweep_uses()
    {
        var text = "only for two"u8.ToArray();
        await database.AddDatasetAsync(text);
        var ids = new List<int>();
        foreach (var name in new[] { "doomed", "later" })
        {
            var id = await database.Reader.NextSweepIdAsync(Cancellation);
            await database.Sweeps.AddAsync(id, Spec(name, text: text), exactName: true, [Parameters, Parameters], Cancellation);
            var trial = new TrialId(id, 1);
            await database.Trials.MoveAsync(Lease(trial), Cancellation);
            await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(1))], Cancellation);
            await database.Attempts.WriteCheckpointAsync(trial, new(1, 1, 0, Hash([1]), [1]), Cancellation);
            await database.Attempts.WriteLogAsync([new(trial, 1, 1, DateTimeOffset.UnixEpoch, "line")], Cancellation);
            ids.Add(id);
        }

        await DeleteAsync(ids[0]);
        await DeleteAsync(ids[0]);
        Assert.Equal((0L, 7L), (await RowsAsync(ids[0]), await RowsAsync(ids[1])));
        Assert.Equal(1, await database.CountAsync("datasets", $"sha256 = '{Hash(text)}'"));
        await DeleteAsync(ids[1]);
        Assert.Equal(0, await RowsAsync(ids[1]));
        Assert.Equal(0, await database.CountAsync("datasets", $"sha256 = '{Hash(text)}'"));
    }

    [Fact]
    public async Task Deleting_the_two_last_sweeps_of_a_text_at_once_deletes_the_text()
    {
        for (var round = 0; round < 10; round++)
        {
            var text = "fought over"u8.ToArray();
            await database.AddDatasetAsync(text);
            var ids = new[] { await database.Reader.NextSweepIdAsync(Cancellation), await database.Reader.NextSweepIdAsync(Cancellation) };
            foreach (var id in ids)
                await database.Sweeps.AddAsync(id, Spec($"fight-{id}", text: text), exactName: true, [Parameters], Cancellation);
            await Task.WhenAll(ids.Select(id => database.Sweeps.DeleteAsync(id, Cancellation)));
            Assert.Equal(0, await database.CountAsync("datasets", $"sha256 = '{Hash(text)}'"));
        }
    }

    [Fact]
    public async Task A_row_that_is_written_while_its_sweep_is_deleted_is_deleted_as_well()
    {
        for (var round = 0; round < 20; round++)
        {
            var trial = await database.AddRunningTrialAsync();
            var writes = Enumerable.Range(1, 20)
                .Select(
                    epoch => Task.Run(() => database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(epoch))], Cancellation), Cancellation))
                .Concat(
                    Enumerable.Range(1, 20).Select(line => Task.Run(
                        () => database.Attempts.WriteLogAsync([new(trial, 1, line, DateTimeOffset.UnixEpoch, "line")], Cancellation),
                        Cancellation)));
            await Task.WhenAll([.. writes, Task.Run(() => DeleteAsync(trial.Sweep), Cancellation)]);
            Assert.Equal(0, await RowsAsync(trial.Sweep));
        }
    }

    [Fact]
    public async Task A_deleted_sweep_is_gone_at_once_and_its_ten_thousand_trials_go_in_batches()
    {
        const int trials = 10_000;
        var id = await database.AddSweepAsync(trials);
        await database.RunAsync($"""
            insert into epochs select t.id, e, 1, 1, 1, 1, 1, 1, 1, 1 from trials t, generate_series(1, 10) e where t.sweep_id = {id};
            update trials set epochs_done = 10, best_epoch = 10, best_value = 1, best_score = 1, state = 'succeeded' where sweep_id = {id};
            insert into trial_events (trial_id, attempt, event) select id, 1, 'leased' from trials where sweep_id = {id}
            """);
        await database.Sweeps.DeleteAsync(id, Cancellation);
        foreach (var view in new[] { "sweep_progress", "trial_summary", "leaderboard", "parameter_effects" })
            Assert.Equal(0, await database.CountAsync(view, $"sweep_id = {id}"));
        Assert.Null(await database.Sweeps.LoadAsync(id, Cancellation));
        Assert.Equal($"sweep-{id}", (await AddAsync($"sweep-{id}")).Spec.Name);
        Assert.Contains(id, await database.Deleted.PendingAsync(TimeSpan.Zero, Cancellation));
        Assert.DoesNotContain(id, await database.Deleted.PendingAsync(TimeSpan.FromMinutes(1), Cancellation));

        // The first batch erases a part of the rows, as if its silo then died. After that several silos may erase at once.
        Assert.InRange(await database.Deleted.EraseAsync(id, Cancellation), 1, trials / 2);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => EraseAsync(id)));
        Assert.Equal(0, await RowsAsync(id));
        Assert.DoesNotContain(id, await database.Deleted.PendingAsync(TimeSpan.Zero, Cancellation));
    }

    [Fact]
    public async Task The_writes_of_a_deleted_sweep_are_refused_before_its_trials_are_removed()
    {
        var trial = await database.AddRunningTrialAsync();
        await database.Sweeps.DeleteAsync(trial.Sweep, Cancellation);
        Assert.Equal([trial], await database.Attempts.WriteEpochsAsync([Row(trial, 1, Epoch(1))], Cancellation));
        Assert.False(await database.Attempts.WriteCheckpointAsync(trial, new(1, 1, 0, Hash([1]), [1]), Cancellation));
        Assert.Null(await database.Trials.MoveAsync(Requeue(trial), Cancellation));
        Assert.Empty(await database.Trials.UnfinishedAsync(trial.Sweep, Cancellation));
    }

    private async Task DeleteAsync(int id)
    {
        await database.Sweeps.DeleteAsync(id, Cancellation);
        await EraseAsync(id);
    }

    private async Task EraseAsync(int id)
    {
        while (await database.Deleted.EraseAsync(id, Cancellation) > 0)
        {
        }
    }

    private async Task<StoredSweep> AddAsync(string name) =>
        await database.Sweeps.AddAsync(
            await database.Reader.NextSweepIdAsync(Cancellation), Spec(name), exactName: false, [Parameters], Cancellation);

    private async Task<IReadOnlyList<(int Number, string Event)>> EventsAsync(int id) =>
        [.. (await database.Reader.EventsAsync(id, null, Cancellation)).Select(e => (e.Number, e.Event))];

    /// <summary>Adds a sweep of five trials of which two are proposed.</summary>
    private async Task<int> AddSearchAsync()
    {
        var id = await database.Reader.NextSweepIdAsync(Cancellation);
        var spec = Spec($"search-{id}") with { Method = new(MethodKind.Tpe, 5), Search = new(2), Budget = new(1_000, 3_600) };
        await database.Sweeps.AddAsync(id, spec, exactName: true, [Parameters, Parameters], Cancellation);
        return id;
    }

    private async Task FailAsync(TrialId trial, int attempt)
    {
        await database.Trials.MoveAsync(Lease(trial, attempt), Cancellation);
        await database.Trials.MoveAsync(Fail(trial, attempt + 1), Cancellation);
    }

    /// <summary>Returns how many rows a sweep has in all tables.</summary>
    private async Task<long> RowsAsync(int id)
    {
        var rows = await database.CountAsync("sweeps", $"id = {id}") + await database.CountAsync("trials", $"sweep_id = {id}");
        foreach (var table in new[] { "epochs", "trial_events", "trial_logs", "checkpoints", "attempts" })
            rows += await database.CountAsync(table, $"trial_id / 1000000 = {id}");
        return rows;
    }
}
