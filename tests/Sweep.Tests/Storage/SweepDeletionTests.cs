using Sweep.Domain.Trials;
using static Sweep.Tests.Storage.StorageDatabase;

namespace Sweep.Tests.Storage;

/// <summary>Deletes sweeps while others read and write.</summary>
public sealed class SweepDeletionTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await database.AddTextAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

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
        // The text has gone with the last sweep that used it.
        await database.AddTextAsync();
        Assert.Equal($"sweep-{id}", (await database.AddNamedAsync($"sweep-{id}")).Spec.Name);
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

    /// <summary>Returns how many rows a sweep has in all tables.</summary>
    private async Task<long> RowsAsync(int id)
    {
        var rows = await database.CountAsync("sweeps", $"id = {id}") + await database.CountAsync("trials", $"sweep_id = {id}");
        foreach (var table in new[] { "epochs", "trial_events", "trial_logs", "checkpoints", "attempts" })
            rows += await database.CountAsync(table, $"trial_id / 1000000 = {id}");
        return rows;
    }
}
