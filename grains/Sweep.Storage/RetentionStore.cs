using Npgsql;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Storage.Connections;

namespace Sweep.Storage;

/// <summary>The rows that were freed, or would be.</summary>
/// <param name="Bytes">The size of the rows as stored.</param>
public sealed record FreedRows(long Epochs, long LogLines, long Checkpoints, long Bytes)
{
    public static FreedRows operator +(FreedRows one, FreedRows other) =>
        new(one.Epochs + other.Epochs, one.LogLines + other.LogLines, one.Checkpoints + other.Checkpoints, one.Bytes + other.Bytes);
}

/// <summary>A sweep that ended some time ago.</summary>
/// <param name="Trials">The number of all its trials.</param>
public sealed record OldSweep(int Id, string Name, DateTimeOffset EndedAt, int Trials);

/// <summary>
/// Frees the rows that old trials no longer need: checkpoints, logs, and epochs. The best and the last epoch of each trial stay for reports
/// and views, and so do the rows of trials, their results and histories. Rows are freed in batches, each in one statement, so that no other
/// statement waits for long. A process that is interrupted may simply be repeated.
/// </summary>
public sealed class RetentionStore(NpgsqlDataSource source)
{
    /// <summary>A batch ends with the trial that reaches one of these limits, so that no transaction is long.</summary>
    private const int BatchEpochs = 50_000;
    private const int BatchTrials = 100;

    private const string Spare = "e.trial_id = l.id and e.epoch <> l.epochs_done and e.epoch is distinct from l.best_epoch";

    /// <summary>Sweeps that ended longer ago than this, the oldest first.</summary>
    public Task<IReadOnlyList<OldSweep>> SweepsAsync(TimeSpan olderThan, CancellationToken cancellation = default) => source.Statement(
        """
        select id, name, ended_at, trial_count from sweeps
        where state in ('completed', 'cancelled') and ended_at < clock_timestamp() - $1 order by ended_at, id
        """,
        olderThan).RowsAsync(row => new OldSweep(row.GetInt32(0), row.GetString(1), row.Time(2), row.GetInt32(3)), cancellation);

    public async Task<IReadOnlyList<RetainedTrial>> TrialsAsync(int sweep, CancellationToken cancellation = default)
    {
        var scores = await new ObjectiveStore(source).ScoresAsync(sweep, cancellation);
        var ranks = ObjectiveStore.Ranks(scores);
        return await source.Statement(
            "select number, state, best_score, epochs_done, pruned_at is not null from trials where sweep_id = $1 order by number",
            sweep).RowsAsync(
                row => new RetainedTrial(
                    row.GetInt32(0), StoredName.Parse<TrialState>(row.GetString(1)),
                    scores.TryGetValue(row.GetInt32(0), out var several) ? several[0] : row.Maybe<double>(2),
                    row.GetInt32(3), row.GetBoolean(4), ranks.TryGetValue(row.GetInt32(0), out var rank) ? rank : null),
                cancellation);
    }

    /// <summary>What <see cref="FreeAsync"/> would free.</summary>
    public Task<FreedRows> MeasureAsync(int sweep, IReadOnlyList<RetainedTrial> trials, CancellationToken cancellation = default) =>
        BatchesAsync(
            sweep,
            trials,
            $"""
            with l as materialized (
              select id, best_epoch, epochs_done from trials where id = any($1)
            ), epoch as materialized (
              select pg_column_size(e) as bytes from l join epochs e on {Spare}
            ), line as materialized (
              select pg_column_size(g) as bytes from l join trial_logs g on g.trial_id = l.id
            ), checkpoint as materialized (
              select pg_column_size(c.data) as bytes from l join checkpoints c on c.trial_id = l.id
            )
            {Sums}
            """,
            cancellation);

    /// <summary>Frees rows of trials. A trial that was retried meanwhile keeps its rows.</summary>
    public Task<FreedRows> FreeAsync(int sweep, IReadOnlyList<RetainedTrial> trials, CancellationToken cancellation = default) =>
        BatchesAsync(
            sweep,
            trials,
            $"""
            with l as materialized (
              select t.id, t.best_epoch, t.epochs_done
              from trials t join sweeps s on s.id = t.sweep_id and s.state in ('completed', 'cancelled')
              where t.id = any($1) and t.state in ('succeeded', 'failed', 'cancelled', 'stopped')
              order by t.id for no key update of t
            ), epoch as (
              delete from epochs e using l where {Spare} returning pg_column_size(e) as bytes
            ), line as (
              delete from trial_logs g using l where g.trial_id = l.id returning pg_column_size(g) as bytes
            ), checkpoint as (
              delete from checkpoints c using l where c.trial_id = l.id returning pg_column_size(c.data) as bytes
            ), marked as (
              update trials t set pruned_at = clock_timestamp() from l where t.id = l.id
            )
            {Sums}
            """,
            cancellation);

    private const string Sums =
        """
        select (select count(*) from epoch), (select count(*) from line), (select count(*) from checkpoint),
          (
            select coalesce(sum(bytes), 0)::bigint
            from (select bytes from epoch union all select bytes from line union all select bytes from checkpoint) freed)
        """;

    private async Task<FreedRows> BatchesAsync(int sweep, IReadOnlyList<RetainedTrial> trials, string sql, CancellationToken cancellation)
    {
        var freed = new FreedRows(0, 0, 0, 0);
        foreach (var batch in Batches(trials))
        {
            freed += (await source.Statement(sql, batch.Select(trial => new TrialId(sweep, trial.Number).Value).ToArray()).RowsAsync(
                row => new FreedRows(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)), cancellation))[0];
        }

        return freed;
    }

    private static IEnumerable<IReadOnlyList<RetainedTrial>> Batches(IReadOnlyList<RetainedTrial> trials)
    {
        var batch = new List<RetainedTrial>();
        foreach (var trial in trials)
        {
            batch.Add(trial);
            if (batch.Count < BatchTrials && batch.Sum(member => (long)member.Epochs) < BatchEpochs)
                continue;
            yield return batch;
            batch = [];
        }

        if (batch.Count > 0)
            yield return batch;
    }
}
