using Npgsql;
using Sweep.Domain.Trials;
using Sweep.Storage.Connections;

namespace Sweep.Storage;

/// <summary>
/// The table <c>deleted_sweeps</c>: sweeps that <see cref="SweepStore.DeleteAsync"/> has deleted, and whose trials are still to be removed.
/// Trials are removed in batches, each in a transaction of its own, so that no statement is long. Any process may remove a batch; when it
/// is interrupted, another one goes on.
/// </summary>
public sealed class DeletedSweeps(NpgsqlDataSource source)
{
    /// <summary>A batch ends with the trial that reaches one of these limits.</summary>
    private const int BatchTrials = 1_000;
    private const int BatchEpochs = 50_000;

    /// <summary>Sweeps that were deleted longer ago than this and are not removed yet.</summary>
    public Task<IReadOnlyList<int>> PendingAsync(TimeSpan olderThan, CancellationToken cancellation = default) => source.Statement(
        "select id from deleted_sweeps where deleted_at < clock_timestamp() - $1 order by id", olderThan)
        .RowsAsync(row => row.GetInt32(0), cancellation);

    /// <summary>Removes a batch of the trials of a deleted sweep, with everything that was measured for them.</summary>
    /// <returns>The number of trials that were removed; 0 when nothing is left of the sweep.</returns>
    public async Task<int> EraseAsync(int sweep, CancellationToken cancellation = default)
    {
        await using var connection = await source.ConnectAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // This lock waits for the batch of another process.
        if (!await connection.Statement("select true from deleted_sweeps where id = $1 for update", sweep).ValueAsync<bool>(cancellation))
            return 0;
        // Each statement that writes for a trial locks its row, so nothing is added to these trials once they are locked here.
        var trials = (await connection.Statement(
            """
            with batch as materialized (
              select id, epochs_done from trials where id between $1 and $2 order by id limit $3 for update
            )
            select id
            from (
              select id, coalesce(sum(epochs_done) over (order by id rows between unbounded preceding and 1 preceding), 0) as epochs
              from batch) b
            where epochs < $4
            """,
            new TrialId(sweep, 0).Value, new TrialId(sweep, TrialId.MaxNumber).Value, BatchTrials, BatchEpochs)
            .RowsAsync(row => row.GetInt64(0), cancellation)).ToArray();
        foreach (var table in new[] { "epochs", "trial_events", "trial_logs", "checkpoints", "attempts", "judgements" })
            await connection.Statement($"delete from {table} where trial_id = any($1)", trials).ExecuteAsync(cancellation);
        await connection.Statement("delete from trials where id = any($1)", trials).ExecuteAsync(cancellation);
        if (trials.Length == 0)
            await connection.Statement("delete from deleted_sweeps where id = $1", sweep).ExecuteAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return trials.Length;
    }
}
