using Npgsql;
using Sweep.Domain.Stopping;
using Sweep.Domain.Trials;
using Sweep.Storage.Connections;

namespace Sweep.Storage;

/// <summary>The table <c>judgements</c>. Judgements that come at the same time are stored in one statement.</summary>
public sealed class JudgementStore : IJudgementStore
{
    /// <summary>The score of an epoch <c>e</c> of a sweep <c>s</c>.</summary>
    private const string Score = "case s.goal when 'maximize' then -1 else 1 end * epoch_metric(e, s.metric)";

    private readonly NpgsqlDataSource _source;
    private readonly GroupCommit<StoredJudgement, StoredJudgement> _additions;

    public JudgementStore(NpgsqlDataSource source)
    {
        _source = source;
        _additions = new(
            judgements => StoreAsync(judgements, CancellationToken.None),
            key: judgement => (judgement.Trial, judgement.Epoch),
            isFaultOfItem: RefusedRows.IsRefusal);
    }

    public Task<StoredJudgement> AddAsync(StoredJudgement judgement, CancellationToken cancellation = default) =>
        _additions.RunAsync(judgement, cancellation);

    public Task<IReadOnlyList<StoredJudgement>> FindAsync(
        IReadOnlyList<(TrialId Trial, int Epoch)> wanted, CancellationToken cancellation = default) => _source.Statement(
        """
        select j.trial_id, j.epoch, j.stops, j.value, j.bound, j.reason, j.rule
        from judgements j join unnest($1::bigint[], $2::integer[]) w (trial_id, epoch) using (trial_id, epoch)
        order by j.trial_id, j.epoch
        """,
        wanted.Select(item => item.Trial.Value).ToArray(), wanted.Select(item => item.Epoch).ToArray()).RowsAsync(Read, cancellation);

    public Task<IReadOnlyList<double>> ScoresAsync(TrialId trial, int epoch, CancellationToken cancellation = default) => _source.Statement(
        $"""
        select {Score}
        from epochs e join sweeps s on s.id = $3
        where e.trial_id = $1 and e.epoch <= $2 order by e.epoch
        """,
        trial.Value, epoch, trial.Sweep).RowsAsync(row => row.GetDouble(0), cancellation);

    public Task<IReadOnlyList<(RungEntry Entry, bool IsFinal)>> EntriesAsync(
        int sweep, IReadOnlyList<int> numbers, int epoch, CancellationToken cancellation = default) => _source.Statement(
        $"""
        select (w.id % 1000000)::integer, case when stopped is null then best end,
          stopped is not null or t.id is null or t.state not in ('queued', 'running'),
          case when stopped is not null then best end,
          stopped is not null or best is not null or t.id is null or t.state = 'succeeded'
        from unnest($1::bigint[]) w (id)
        join sweeps s on s.id = w.id / 1000000
        left join trials t on t.id = w.id
        cross join lateral (
          select min(j.epoch) as stopped from judgements j where j.trial_id = t.id and j.stops and j.epoch < $2
        ) j
        -- One that was stopped may have trained on since, which changes nothing for the others.
        left join lateral (
          select min({Score}) as best from epochs e where e.trial_id = t.id and e.epoch <= coalesce(stopped, $2)
        ) e on t.epochs_done >= coalesce(stopped, $2)
        -- A number beyond the count, where a budget has ended the sweep, will have no trial; one up to it may be proposed later.
        where t.id is not null or w.id % 1000000 > s.trial_count
        order by w.id
        """,
        numbers.Select(number => new TrialId(sweep, number).Value).ToArray(), epoch).RowsAsync(
            row => (
                new RungEntry(row.GetInt32(0), row.Maybe<double>(1), row.GetBoolean(2), row.Maybe<double>(3)), row.GetBoolean(4)),
            cancellation);

    public Task<IReadOnlyList<HeldTrial>> HeldAsync(int sweep, CancellationToken cancellation = default) => _source.Statement(
        "select id, attempt, held_at from trials where sweep_id = $1 and held_at is not null and state = 'queued' order by number", sweep)
        .RowsAsync(row => new HeldTrial(TrialId.From(row.GetInt64(0)), row.GetInt32(1), row.GetInt32(2)), cancellation);

    public Task<WrittenRows<TrialId>> ReleaseAsync(IReadOnlyList<HeldRelease> released, CancellationToken cancellation = default) =>
        RefusedRows.ApartAsync(released, item => item.Held.Trial, items => ReleaseTogetherAsync(items, cancellation));

    private Task<IReadOnlyList<TrialId>> ReleaseTogetherAsync(IReadOnlyList<HeldRelease> released, CancellationToken cancellation)
    {
        return _source.Statement(
            """
            with item as (
              select * from unnest($1::bigint[], $2::integer[], $3::integer[], $4::boolean[], $5::text[], $6::text[])
              as i(id, attempt, epoch, stops, event, detail)
            ), locked as materialized (
              select id from trials where id in (select id from item) order by id for no key update
            ), released as (
              update trials t set
                state = case when i.stops then 'stopped' else t.state end,
                reason = case when i.stops then i.detail end,
                ended_at = case when i.stops then clock_timestamp() end,
                held_at = null
              from item i join locked l on l.id = i.id
              where t.id = i.id and t.attempt = i.attempt and t.held_at = i.epoch and t.state = 'queued'
              returning t.id, t.attempt, i.event, i.detail
            )
            insert into trial_events (trial_id, attempt, event, detail)
            select id, attempt, event, detail from released order by id
            returning trial_id
            """,
            All(item => item.Held.Trial.Value), All(item => item.Held.Attempt), All(item => item.Held.Epoch),
            All(item => item.Judgement is { Stops: true }), All(Event), All(item => StorableText.Of(item.Detail)))
            .RowsAsync(row => TrialId.From(row.GetInt64(0)), cancellation);

        static string Event(HeldRelease item) => item.Judgement switch
        {
            null => "requeued",
            { Stops: true } => "stopped",
            _ => "judged",
        };

        T[] All<T>(Func<HeldRelease, T> column) => [.. released.Select(column)];
    }

    public Task<WrittenRows<StoredJudgement>> AddAllAsync(
        IReadOnlyList<StoredJudgement> judgements, CancellationToken cancellation = default) =>
        RefusedRows.ApartAsync(judgements, judgement => judgement.Trial, items => StoreAsync(items, cancellation));

    private async Task<IReadOnlyList<StoredJudgement>> StoreAsync(
        IReadOnlyList<StoredJudgement> judgements, CancellationToken cancellation)
    {
        // Deleting a sweep locks its trials first, so that no row is left behind. The update changes nothing: it has a row that another
        // statement stored returned.
        var stored = (await _source.Statement(
            """
            with item as (
              select * from unnest(
                $1::bigint[], $2::integer[], $3::boolean[], $4::double precision[], $5::double precision[], $6::text[], $7::text[])
              as i(trial_id, epoch, stops, value, bound, reason, rule)
            ), locked as materialized (
              select id from trials where id in (select trial_id from item) order by id for no key update
            )
            insert into judgements (trial_id, epoch, stops, value, bound, reason, rule)
            select i.* from item i join locked l on l.id = i.trial_id order by i.trial_id, i.epoch
            on conflict (trial_id, epoch) do update set at = judgements.at
            returning trial_id, epoch, stops, value, bound, reason, rule
            """,
            All(judgement => judgement.Trial.Value), All(judgement => judgement.Epoch), All(judgement => judgement.Stops),
            All(judgement => judgement.Value), All(judgement => judgement.Bound), All(judgement => StorableText.Of(judgement.Reason)),
            All(judgement => judgement.Rule))
            .RowsAsync(Read, cancellation)).ToDictionary(judgement => (judgement.Trial, judgement.Epoch));
        return [.. judgements.Select(judgement => stored.GetValueOrDefault((judgement.Trial, judgement.Epoch)) ?? judgement)];

        T[] All<T>(Func<StoredJudgement, T> column) => [.. judgements.Select(column)];
    }

    private static StoredJudgement Read(NpgsqlDataReader row) => new(
        TrialId.From(row.GetInt64(0)), row.GetInt32(1), row.GetBoolean(2), row.Maybe<double>(3), row.Maybe<double>(4), row.GetString(5),
        row.MaybeText(6));
}
