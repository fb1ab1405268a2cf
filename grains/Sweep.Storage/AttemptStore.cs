using Npgsql;
using Sweep.Domain.Trials;
using Sweep.Storage.Connections;

namespace Sweep.Storage;

/// <summary>
/// The tables <c>epochs</c>, <c>checkpoints</c>, <c>attempts</c> and <c>trial_logs</c>. Each statement locks the trials that it writes for,
/// so that no other attempt begins meanwhile. All statements lock in the same mode: a weaker lock on a row that others update makes
/// PostgreSQL lock the older versions of the row too, and that can deadlock. Nothing is stored beyond a gap: a standby that took over may
/// lack the last rows, and the attempt that wrote them must then repeat them.
/// </summary>
public sealed class AttemptStore : IAttemptStore
{
    /// <summary>The most bytes of a checkpoint that is stored together with others, in one statement and one flush.</summary>
    public const int SmallCheckpoint = 32 * 1024;

    private readonly NpgsqlDataSource _source;
    private readonly GroupCommit<EnvironmentRow, bool> _environments;
    private readonly GroupCommit<(TrialId Trial, StoredCheckpoint Checkpoint), bool> _smallCheckpoints;

    /// <summary>Limits large checkpoints to two connections, so that epochs and leases never wait for them.</summary>
    private readonly SemaphoreSlim _large = new(2);

    public AttemptStore(NpgsqlDataSource source)
    {
        _source = source;
        _environments = new(WriteEnvironmentsAsync, key: null, isFaultOfItem: RefusedRows.IsRefusal);
        _smallCheckpoints = new(
            WriteSmallAsync,
            key: item => item.Trial,
            isFaultOfItem: RefusedRows.IsRefusal);
    }

    public async Task<IReadOnlyList<TrialId>> WriteEpochsAsync(IReadOnlyList<EpochRow> rows, CancellationToken cancellation = default)
    {
        if (rows.Count == 0)
            return [];

        // Afterwards best_* has the lowest finite score of all epochs that are stored for the trial. Usually the new epochs and the best
        // one so far are enough to find it. All epochs are read only when the best one so far gets another score, which happens when a
        // processor of another kind repeats the epoch, or when it is removed: an attempt of a program that begins again may end earlier,
        // and what an older attempt reported after the epochs of a newer one is no part of the trial.
        return await _source.Statement(
            """
            with item as (
              select * from unnest(
                $1::bigint[], $2::integer[], $3::integer[], $4::double precision[], $5::double precision[], $6::double precision[],
                $7::double precision[], $8::double precision[], $9::double precision[], $10::double precision[], $11::double precision[],
                $12::double precision[], $13::double precision[], $14::text[])
              with ordinality as i(
                trial_id, attempt, epoch, train_loss, val_loss, val_accuracy,
                perplexity, learning_rate, seconds, samples_per_second, value,
                score, val_loss_error, metrics, place)
            ), locked as materialized (
              select t.id, t.attempt, t.sweep_id, t.epochs_done, t.best_epoch, t.best_value, t.best_score
              from trials t
              join (select trial_id, attempt, min(epoch) as first from item group by trial_id, attempt) i
                on i.trial_id = t.id and i.attempt = t.attempt
              where t.state = 'running' and i.first <= t.epochs_done + 1
              order by t.id for no key update of t
            ), fresh as materialized (
              select distinct on (i.trial_id, i.epoch) i.*
              from item i join locked l on l.id = i.trial_id and l.attempt = i.attempt
              order by i.trial_id, i.epoch, i.place desc
            ), written as (
              insert into epochs (
                trial_id, epoch, attempt, train_loss, val_loss, val_loss_error, val_accuracy, perplexity, learning_rate, seconds,
                samples_per_second, metrics)
              select
                trial_id, epoch, attempt, train_loss, val_loss, val_loss_error, val_accuracy, perplexity, learning_rate, seconds,
                samples_per_second, metrics::jsonb
              from fresh order by trial_id, epoch
              on conflict (trial_id, epoch) do update set
                attempt = excluded.attempt, train_loss = excluded.train_loss, val_loss = excluded.val_loss,
                val_loss_error = excluded.val_loss_error, val_accuracy = excluded.val_accuracy, perplexity = excluded.perplexity,
                learning_rate = excluded.learning_rate, seconds = excluded.seconds, samples_per_second = excluded.samples_per_second,
                metrics = excluded.metrics, at = excluded.at
            ), last as materialized (
              select trial_id, max(epoch) as epoch, bool_or(metrics is not null) as of_program from fresh group by trial_id
            ), stale as materialized (
              select e.trial_id, e.epoch
              from locked l join last on last.trial_id = l.id and last.of_program and last.epoch < l.epochs_done
              cross join lateral (
                select trial_id, epoch from epochs where trial_id = l.id and epoch > last.epoch and attempt < l.attempt offset 0
              ) e
            ), removed as (
              delete from epochs e using stale s where e.trial_id = s.trial_id and e.epoch = s.epoch
            ), candidate as (
              select trial_id, epoch, value, score from fresh
              union all
              select l.id, l.best_epoch, l.best_value, l.best_score
              from locked l
              where l.best_epoch is not null
                and not exists (select from fresh f where f.trial_id = l.id and f.epoch = l.best_epoch)
                and not exists (select from stale s where s.trial_id = l.id and s.epoch = l.best_epoch)
              union all
              select e.trial_id, e.epoch, v.value, case s.goal when 'maximize' then -v.value else v.value end
              from (
                select l.id, l.sweep_id
                from locked l join fresh f on f.trial_id = l.id and f.epoch = l.best_epoch and f.score <> l.best_score
                union
                select l.id, l.sweep_id from locked l join stale s on s.trial_id = l.id and s.epoch = l.best_epoch
              ) l
              join sweeps s on s.id = l.sweep_id
              join epochs e on e.trial_id = l.id
                and not exists (select from fresh g where g.trial_id = e.trial_id and g.epoch = e.epoch)
                and not exists (select from stale o where o.trial_id = e.trial_id and o.epoch = e.epoch)
              cross join lateral epoch_metric(e, s.metric) v(value)
            ), best as (
              select distinct on (trial_id) trial_id, epoch, value, score
              from candidate
              -- NaN is above infinity here, so neither can win.
              where score > '-infinity' and score < 'infinity'
              order by trial_id, score, epoch
            ), folded as (
              update trials t set
                epochs_done = case
                  when exists (select from stale s where s.trial_id = t.id) then last.epoch else greatest(t.epochs_done, last.epoch)
                end,
                best_epoch = best.epoch, best_value = best.value, best_score = best.score
              from last left join best on best.trial_id = last.trial_id
              where t.id = last.trial_id
            )
            select distinct trial_id from item where trial_id not in (select id from locked)
            """,
            All(row => row.Trial.Value), All(row => row.Attempt), All(row => row.Metrics.Epoch), All(row => row.Metrics.Model?.TrainLoss),
            All(row => row.Metrics.Model?.ValLoss), All(row => row.Metrics.Model?.ValAccuracy), All(row => row.Metrics.Model?.Perplexity),
            All(row => row.Metrics.Model?.LearningRate), All(row => row.Metrics.Seconds),
            All(row => row.Metrics.Model?.SamplesPerSecond), All(row => row.Value), All(row => row.Score),
            All(row => row.Metrics.Model?.ValLossError),
            All(row => row.Metrics is ProgramMetrics program ? StoredMetrics.Write(program) : null))
            .RowsAsync(row => TrialId.From(row.GetInt64(0)), cancellation);

        T[] All<T>(Func<EpochRow, T> column) => [.. rows.Select(column)];
    }

    public Task<TimeSpan?> WaitedAsync(TrialId trial, int attempt, CancellationToken cancellation = default) => _source.Statement(
        """
        select l.at - coalesce(
          (select e.at from trial_events e where e.trial_id = l.trial_id and e.id < l.id order by e.id desc limit 1), s.created_at)
        from trial_events l join sweeps s on s.id = $3
        where l.trial_id = $1 and l.attempt = $2 and l.event = 'leased'
        """,
        trial.Value, attempt, trial.Sweep).ValueAsync<TimeSpan?>(cancellation);

    public async Task<bool> WriteCheckpointAsync(TrialId trial, StoredCheckpoint checkpoint, CancellationToken cancellation = default)
    {
        // A damaged checkpoint must not replace a good one.
        Sha256Text.Check(checkpoint.Data, checkpoint.Sha256, $"The new checkpoint of trial {trial}");
        if (checkpoint.Data.Length <= SmallCheckpoint)
            return await _smallCheckpoints.RunAsync((trial, checkpoint), cancellation);
        var written = await LargeAsync(
            () => _source.Statement(
                """
                with running as materialized (
                  select id from trials where id = $1 and attempt = $2 and state = 'running' and epochs_done >= $3 for no key update
                )
                insert into checkpoints (trial_id, attempt, epoch, step, sha256, data) select id, $2, $3, $4, $5, $6 from running
                on conflict (trial_id) do update set
                  attempt = excluded.attempt, epoch = excluded.epoch, step = excluded.step,
                  sha256 = excluded.sha256, data = excluded.data, at = excluded.at
                """,
                trial.Value, checkpoint.Attempt, checkpoint.Epoch, checkpoint.Step, checkpoint.Sha256, checkpoint.Data)
                .ExecuteAsync(cancellation),
            cancellation);
        return written == 1;
    }

    public async Task<StoredCheckpoint?> ReadCheckpointAsync(TrialId trial, CancellationToken cancellation = default)
    {
        var found = await LargeAsync(
            () => _source.Statement("select attempt, epoch, step, sha256, data from checkpoints where trial_id = $1", trial.Value)
                .RowsAsync(
                    row => new StoredCheckpoint(
                        row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.GetString(3), row.GetFieldValue<byte[]>(4)),
                    cancellation),
            cancellation);
        var stored = found.SingleOrDefault();
        if (stored is not null)
            Sha256Text.Check(stored.Data, stored.Sha256, $"The checkpoint of trial {trial}");
        return stored;
    }

    public Task<IReadOnlyDictionary<TrialId, Exception>> FreeCheckpointsAsync(
        int sweep, int keep, CancellationToken cancellation = default)
    {
        // This runs at the end of every trial, so it starts from the checkpoints of the sweep, which are few even in a large sweep, and
        // looks up their trials one by one. The offset 0 keeps PostgreSQL from choosing another order.
        const string Surplus =
            """
            select t.id from checkpoints c
            cross join lateral (select * from trials where id = c.trial_id and state in ('succeeded', 'stopped') offset 0) t
            where c.trial_id between $1 and $2
            order by t.best_score nulls last, t.number offset $3
            """;
        var (first, last) = (new TrialId(sweep, 0).Value, new TrialId(sweep, TrialId.MaxNumber).Value);
        return CheckpointRows.FreeAsync(
            _source,
            () => _source.Statement($"delete from checkpoints where trial_id in ({Surplus})", first, last, keep).ExecuteAsync(cancellation),
            () => _source.Statement(Surplus, first, last, keep).RowsAsync(row => TrialId.From(row.GetInt64(0)), cancellation),
            cancellation);
    }

    public Task<bool> WriteEnvironmentAsync(EnvironmentRow row, CancellationToken cancellation = default) =>
        _environments.RunAsync(row, cancellation);

    public Task WriteLogAsync(IReadOnlyList<LogLine> lines, CancellationToken cancellation = default)
    {
        // Lines of an earlier attempt are stored too: the last lines of a trainer that ended may arrive after the next attempt has begun.
        return lines.Count == 0 ? Task.CompletedTask : _source.Statement(
            """
            with item as (
              select *
              from unnest($1::bigint[], $2::integer[], $3::integer[], $4::timestamptz[], $5::text[]) as i(trial_id, attempt, line, at, text)
            ), locked as materialized (
              select t.id, t.attempt
              from trials t where t.id in (select trial_id from item)
              order by t.id for no key update of t
            )
            insert into trial_logs (trial_id, attempt, line, at, text)
            select i.trial_id, i.attempt, i.line, i.at, i.text from item i join locked l on l.id = i.trial_id and l.attempt >= i.attempt
            order by i.trial_id, i.line
            on conflict do nothing
            """,
            All(line => line.Trial.Value), All(line => line.Attempt), All(line => line.Line), All(line => line.At.UtcDateTime),
            All(line => StorableText.Of(line.Text)))
            .ExecuteAsync(cancellation);

        T[] All<T>(Func<LogLine, T> column) => [.. lines.Select(column)];
    }

    private async Task<IReadOnlyList<bool>> WriteEnvironmentsAsync(IReadOnlyList<EnvironmentRow> rows)
    {
        var newest = (await _source.Statement(
            """
            with item as (
              select *
              from unnest(
                $1::bigint[], $2::integer[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::text[], $9::text[],
                $10::text[], $11::text[])
              as i(trial_id, attempt, went_on_from, torch, processor, capability, threads, device, gpu, driver, precision)
            ), locked as materialized (
              select t.id, t.attempt from trials t where t.id in (select trial_id from item) order by t.id for no key update of t
            ), fresh as materialized (
              select i.* from item i join locked l on l.id = i.trial_id and l.attempt = i.attempt
            ), written as (
              insert into attempts (
                trial_id, attempt, went_on_from, torch, processor, capability, threads, device, gpu, driver, precision)
              select trial_id, attempt, went_on_from, torch, processor, capability, threads, device, gpu, driver, precision
              from fresh order by trial_id
              on conflict do nothing
            )
            select trial_id, attempt from fresh
            """,
            All(row => row.Trial.Value), All(row => row.Attempt), All(row => row.WentOnFrom),
            All(row => StorableText.OfMaybe(row.Environment.Torch)), All(row => StorableText.Of(row.Environment.Processor)),
            All(row => StorableText.OfMaybe(row.Environment.Capability)), All(row => row.Environment.Threads),
            All(row => StorableText.Of(row.Environment.Device)), All(row => StorableText.OfMaybe(row.Environment.Gpu)),
            All(row => StorableText.OfMaybe(row.Environment.Driver)),
            All(row => row.Environment.Precision is { } precision ? StoredName.Of(precision) : null))
            .RowsAsync(row => (row.GetInt64(0), row.GetInt32(1)), CancellationToken.None)).ToHashSet();
        return [.. rows.Select(row => newest.Contains((row.Trial.Value, row.Attempt)))];

        T[] All<T>(Func<EnvironmentRow, T> column) => [.. rows.Select(column)];
    }

    private async Task<IReadOnlyList<bool>> WriteSmallAsync(IReadOnlyList<(TrialId Trial, StoredCheckpoint Checkpoint)> items)
    {
        var written = (await _source.Statement(
            """
            with item as (
              select * from unnest($1::bigint[], $2::integer[], $3::integer[], $4::integer[], $5::text[], $6::bytea[])
              as i(trial_id, attempt, epoch, step, sha256, data)
            ), running as materialized (
              select i.* from trials t join item i on i.trial_id = t.id and i.attempt = t.attempt
              where t.state = 'running' and t.epochs_done >= i.epoch
              order by t.id for no key update of t
            )
            insert into checkpoints (trial_id, attempt, epoch, step, sha256, data) select * from running order by trial_id
            on conflict (trial_id) do update set
              attempt = excluded.attempt, epoch = excluded.epoch, step = excluded.step,
              sha256 = excluded.sha256, data = excluded.data, at = excluded.at
            returning trial_id
            """,
            All(item => item.Trial.Value), All(item => item.Checkpoint.Attempt), All(item => item.Checkpoint.Epoch),
            All(item => item.Checkpoint.Step), All(item => item.Checkpoint.Sha256), All(item => item.Checkpoint.Data))
            .RowsAsync(row => TrialId.From(row.GetInt64(0)), CancellationToken.None)).ToHashSet();
        return [.. items.Select(item => written.Contains(item.Trial))];

        T[] All<T>(Func<(TrialId Trial, StoredCheckpoint Checkpoint), T> column) => [.. items.Select(column)];
    }

    private async Task<T> LargeAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        await _large.WaitAsync(cancellation);
        try
        {
            return await work();
        }
        finally
        {
            _large.Release();
        }
    }
}
