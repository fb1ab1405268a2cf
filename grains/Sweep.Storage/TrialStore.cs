using Npgsql;
using Sweep.Domain.Trials;
using Sweep.Storage.Connections;

namespace Sweep.Storage;

/// <summary>The tables <c>trials</c> and <c>trial_events</c>. Calls that come at the same time are joined into one statement.</summary>
public sealed class TrialStore : ITrialStore
{
    private const string Columns =
        $"""
        select t.id, t.params::text, t.state, t.attempt, t.failures, t.losses, t.worker,
          exists (select from checkpoints c where c.trial_id = t.id), t.alone, t.pruned_at,
          t.held_at, t.trains_on, {StoredParameters.AreOfProgram}
        from trials t
        """;

    private readonly NpgsqlDataSource _source;
    private readonly GroupCommit<TrialId, StoredTrial?> _loads;
    private readonly GroupCommit<TrialTransition, TrialState?> _moves;

    public TrialStore(NpgsqlDataSource source)
    {
        _source = source;
        _loads = new(LoadAsync, key: null, isFaultOfItem: _ => false);
        _moves = new(MoveAsync, key: transition => transition.Id, RefusedRows.IsRefusal);
    }

    public Task<StoredTrial?> LoadAsync(TrialId id, CancellationToken cancellation = default) => _loads.RunAsync(id, cancellation);

    public Task<TrialState?> MoveAsync(TrialTransition transition, CancellationToken cancellation = default) =>
        _moves.RunAsync(transition, cancellation);

    public Task<IReadOnlyList<UnfinishedTrial>> UnfinishedAsync(int? sweep = null, CancellationToken cancellation = default)
    {
        // Two statements would miss a trial that begins between them.
        return _source.Statement(
            """
            select id, attempt, worker, 'continue', held_at is not null
            from trials where state = 'queued' and ($1::integer is null or sweep_id = $1)
            union all
            select t.id, t.attempt, coalesce(t.worker, ''),
              case when t.cancelling or s.state = 'cancelled' then 'cancel' when s.state = 'paused' then 'pause' else 'continue' end,
              false
            from trials t join sweeps s on s.id = t.sweep_id
            where t.state = 'running' and ($1::integer is null or t.sweep_id = $1)
            order by id
            """,
            sweep).RowsAsync(ReadUnfinished, cancellation);
    }

    public Task<IReadOnlyList<UnfinishedTrial>> StoppingAsync(CancellationToken cancellation = default) => _source.Statement(
        """
        select t.id, t.attempt, coalesce(t.worker, ''), case when t.cancelling or s.state = 'cancelled' then 'cancel' else 'pause' end,
          false
        from trials t join sweeps s on s.id = t.sweep_id
        where t.state = 'running' and (t.cancelling or s.state in ('paused', 'cancelled'))
        """).RowsAsync(ReadUnfinished, cancellation);

    public async Task<IReadOnlyDictionary<TrialState, long>> CountAsync(CancellationToken cancellation = default)
    {
        var counts = Enum.GetValues<TrialState>().ToDictionary(state => state, _ => 0L);
        await foreach (var (state, count) in _source.Statement(
            """
            select t.state, count(*) from trials t join sweeps s on s.id = t.sweep_id
            where s.state in ('running', 'paused') group by t.state
            """).StreamAsync(row => (StoredName.Parse<TrialState>(row.GetString(0)), row.GetInt64(1)), cancellation))
        {
            counts[state] = count;
        }

        return counts;
    }

    private static UnfinishedTrial ReadUnfinished(NpgsqlDataReader row) =>
        new(
            TrialId.From(row.GetInt64(0)), row.GetInt32(1), row.MaybeText(2), StoredName.Parse<LeaseOrder>(row.GetString(3)),
            row.GetBoolean(4));

    private async Task<IReadOnlyList<StoredTrial?>> LoadAsync(IReadOnlyList<TrialId> ids)
    {
        var values = ids.Select(id => id.Value).Distinct().ToArray();
        var rows = await _source.Statement($"{Columns} where t.id = any($1)", values).RowsAsync(Read, CancellationToken.None);
        var byId = rows.ToDictionary(trial => trial.Id);
        return [.. ids.Select(byId.GetValueOrDefault)];
    }

    private async Task<IReadOnlyList<TrialState?>> MoveAsync(IReadOnlyList<TrialTransition> moves)
    {
        // The lock of the sweep's row makes a lease or a requeue wait for a pause or a cancellation of the sweep, and the other way round.
        // Without it, a trial could begin after the user was told that its sweep is paused, or stay queued in a cancelled sweep.
        // Every statement locks sweeps before trials, and trials in the order of their ids, so that no two wait for each other.
        var stored = (await _source.Statement(
            """
            with item as (
              select * from unnest(
                $1::bigint[], $2::text[], $3::integer[], $4::text[], $5::integer[], $6::integer[], $7::integer[],
                $8::text[], $9::text[], $10::text[], $11::text[],
                $12::double precision[], $13::double precision[], $14::double precision[], $15::bigint[], $16::bigint[], $17::bigint[],
                $18::integer[], $19::integer[], $20::bigint[], $21::text[], $22::integer[],
                $23::text[], $24::double precision[], $25::double precision[], $26::double precision[], $27::double precision[],
                $28::double precision[], $29::integer[], $30::double precision[], $31::double precision[], $32::double precision[],
                $33::integer[])
              as i(
                id, from_state, from_attempt, to_state, to_attempt, failures, losses, worker, event, reason,
                detail, train_seconds, inference_ms, inference_windows_per_second, parameters, model_bytes, macs,
                training_windows, validation_windows, peak_memory_bytes, sample, epochs,
                prompt, validation_seconds, train_processor_seconds, validation_processor_seconds, inference_ms_low,
                inference_ms_high, test_windows, test_loss, test_loss_error, test_accuracy, held_at)
            ), sweep as materialized (
              select id, state from sweeps
              where id in (
                select i.id / 1000000 from item i left join trials t on t.id = i.id and t.epochs_done < i.epochs
                where i.to_state in ('queued', 'running', 'cancelled') or t.id is not null)
              order by id for share
            ), locked as materialized (
              select
                t.worker as old_worker, t.cancelling, t.epochs_done < i.epochs as lacks_epochs, t.epochs_done,
                t.held_at is not null as held, i.*
              from trials t join item i on i.id = t.id and i.from_state = t.state and i.from_attempt = t.attempt
              where (select count(*) from sweep) >= 0
              order by t.id for no key update of t
            ), dead as (
              -- A name may be given to a later silo again.
              select silo_name from orleans_members group by silo_name having min(status) = 6
            ), stored as materialized (
              select
                l.*,
                case
                  -- A silo that was declared dead needs some seconds to notice, and would open the trials that it lost again and again.
                  when l.to_state = 'running' then
                    case when s.state = 'running' and not l.held and l.worker not in (select silo_name from dead) then l.to_state end
                  when l.cancelling and l.from_state = 'running' then 'cancelled'
                  when (l.to_state = 'queued' or l.lacks_epochs) and s.state = 'cancelled' then 'cancelled'
                  when l.lacks_epochs then 'queued'
                  when l.to_state = 'cancelled' and l.from_state = 'running' and s.state <> 'cancelled' then 'queued'
                  else l.to_state
                end as state
              from locked l left join sweep s on s.id = l.id / 1000000
            ), next as materialized (
              select
                *,
                case
                  when state = 'queued' and lacks_epochs then 'given back'
                  when state = to_state then event
                  when state = 'queued' then 'requeued'
                  else state
                end as what
              from stored where state is not null
            ), ended as materialized (
              -- A program may end before an epoch that an older attempt reported. That epoch is no part of the trial.
              select n.id, n.epochs, s.metric, s.goal
              from next n join sweeps s on s.id = n.id / 1000000 and s.folder is not null
              where n.state in ('succeeded', 'stopped') and n.epochs > 0 and n.epochs < n.epochs_done
            ), removed as (
              delete from epochs e using ended d where e.trial_id = d.id and e.epoch > d.epochs
            ), best as materialized (
              select d.id, d.epochs, b.epoch, b.value, b.score
              from ended d left join lateral (
                select e.epoch, v.value, case d.goal when 'maximize' then -v.value else v.value end as score
                from epochs e cross join lateral epoch_metric(e, d.metric) v(value)
                -- NaN is above infinity.
                where e.trial_id = d.id and e.epoch <= d.epochs and v.value > '-infinity' and v.value < 'infinity'
                order by score, epoch limit 1
              ) b on true
            ), moved as (
              update trials t set
                state = n.state,
                attempt = n.to_attempt,
                failures = n.failures,
                losses = n.losses,
                cancelling = false,
                alone = t.alone or coalesce(n.reason = 'out_of_memory', false),
                worker = case when n.state = 'running' then n.worker end,
                reason = case when n.state in ('failed', 'cancelled', 'stopped') then coalesce(n.detail, n.reason) end,
                held_at = case when n.state = 'queued' and not n.lacks_epochs then n.held_at end,
                started_at = case when n.state = 'running' then coalesce(t.started_at, clock_timestamp()) else t.started_at end,
                ended_at = case when n.state in ('succeeded', 'failed', 'cancelled', 'stopped') then clock_timestamp() end,
                train_seconds = coalesce(n.train_seconds, t.train_seconds),
                inference_ms = coalesce(n.inference_ms, t.inference_ms),
                inference_windows_per_second = coalesce(n.inference_windows_per_second, t.inference_windows_per_second),
                parameters = coalesce(n.parameters, t.parameters),
                model_bytes = coalesce(n.model_bytes, t.model_bytes),
                macs = coalesce(n.macs, t.macs),
                training_windows = coalesce(n.training_windows, t.training_windows),
                validation_windows = coalesce(n.validation_windows, t.validation_windows),
                peak_memory_bytes = coalesce(n.peak_memory_bytes, t.peak_memory_bytes),
                sample = coalesce(n.sample, t.sample),
                prompt = coalesce(n.prompt, t.prompt),
                validation_seconds = coalesce(n.validation_seconds, t.validation_seconds),
                train_processor_seconds = coalesce(n.train_processor_seconds, t.train_processor_seconds),
                validation_processor_seconds = coalesce(n.validation_processor_seconds, t.validation_processor_seconds),
                inference_ms_low = coalesce(n.inference_ms_low, t.inference_ms_low),
                inference_ms_high = coalesce(n.inference_ms_high, t.inference_ms_high),
                test_windows = coalesce(n.test_windows, t.test_windows),
                test_loss = coalesce(n.test_loss, t.test_loss),
                test_loss_error = coalesce(n.test_loss_error, t.test_loss_error),
                test_accuracy = coalesce(n.test_accuracy, t.test_accuracy),
                epochs_done = coalesce(b.epochs, t.epochs_done),
                best_epoch = case when b.id is null then t.best_epoch else b.epoch end,
                best_value = case when b.id is null then t.best_value else b.value end,
                best_score = case when b.id is null then t.best_score else b.score end
              from next n left join best b on b.id = n.id
              where t.id = n.id
            ), event as (
              insert into trial_events (trial_id, attempt, event, worker, reason, detail)
              select id, to_attempt, what, coalesce(worker, old_worker), reason, detail from next order by id
            )
            select id, state from next
            """,
            All(move => move.Id.Value), All(move => StoredName.Of(move.From)), All(move => move.FromAttempt),
            All(move => StoredName.Of(move.To)), All(move => move.ToAttempt), All(move => move.Failures), All(move => move.Losses),
            All(move => move.Worker), All(move => move.Event), All(move => move.Reason?.Name()),
            All(move => StorableText.OfMaybe(move.Detail)), All(move => move.Result?.TrainSeconds ?? move.ProgramResult?.Seconds),
            All(move => move.Result?.InferenceMilliseconds), All(move => move.Result?.InferenceWindowsPerSecond),
            All(move => move.Result?.Parameters), All(move => move.Result?.ModelBytes), All(move => move.Result?.Macs),
            All(move => move.Result?.TrainingWindows), All(move => move.Result?.ValidationWindows),
            All(move => move.Result?.PeakMemoryBytes ?? move.ProgramResult?.PeakMemoryBytes),
            All(move => StorableText.OfMaybe(move.Result?.Sample)), All(move => move.Epochs),
            All(move => StorableText.OfMaybe(move.Result?.Prompt)), All(move => move.Result?.ValidationSeconds),
            All(move => move.Result?.TrainProcessorSeconds ?? move.ProgramResult?.ProcessorSeconds),
            All(move => move.Result?.ValidationProcessorSeconds),
            All(move => move.Result?.InferenceLowMilliseconds), All(move => move.Result?.InferenceHighMilliseconds),
            All(move => move.Result?.Test?.Windows), All(move => move.Result?.Test?.Loss), All(move => move.Result?.Test?.LossError),
            All(move => move.Result?.Test?.Accuracy), All(move => move.HeldAt))
            .RowsAsync(row => (Id: row.GetInt64(0), State: StoredName.Parse<TrialState>(row.GetString(1))), CancellationToken.None))
            .ToDictionary(row => row.Id, row => row.State);
        return [.. moves.Select(move => stored.TryGetValue(move.Id.Value, out var state) ? state : (TrialState?)null)];

        T[] All<T>(Func<TrialTransition, T> column) => [.. moves.Select(column)];
    }

    private static StoredTrial Read(NpgsqlDataReader row) => new(
        TrialId.From(row.GetInt64(0)), StoredParameters.Read(row.GetString(1), row.GetBoolean(12)),
        StoredName.Parse<TrialState>(row.GetString(2)),
        row.GetInt32(3), row.GetInt32(4), row.GetInt32(5), row.MaybeText(6), row.GetBoolean(7), row.GetBoolean(8),
        row.Maybe<DateTimeOffset>(9), row.Maybe<int>(10), row.GetBoolean(11));
}
