using Npgsql;
using Sweep.Domain.Stopping;
using Sweep.Domain.Trials;
using Sweep.Storage.Connections;

namespace Sweep.Storage;

/// <summary>The table <c>judgements</c>. Judgements that come at the same time are stored in one statement.</summary>
public sealed class JudgementStore : IJudgementStore
{
    /// <summary>The score of an epoch <c>e</c> of a sweep <c>s</c>.</summary>
    private const string Score =
        """
        case s.goal when 'maximize' then -1 else 1 end * case s.metric
          when 'val_loss' then e.val_loss
          when 'val_accuracy' then e.val_accuracy
          when 'train_loss' then e.train_loss
          else e.perplexity
        end
        """;

    private readonly NpgsqlDataSource _source;
    private readonly GroupCommit<StoredJudgement, StoredJudgement> _additions;

    public JudgementStore(NpgsqlDataSource source)
    {
        _source = source;
        _additions = new(
            AddAsync,
            key: judgement => (judgement.Trial, judgement.Epoch),
            isFaultOfItem: error => DatabaseFault.Find(error) == DatabaseFault.Refused);
    }

    public Task<StoredJudgement> AddAsync(StoredJudgement judgement, CancellationToken cancellation = default) =>
        _additions.RunAsync(judgement, cancellation);

    public async Task<StoredJudgement?> FindAsync(TrialId trial, int epoch, CancellationToken cancellation = default) =>
        (await _source.Statement(
            "select trial_id, epoch, stops, value, bound, reason, rule from judgements where trial_id = $1 and epoch = $2",
            trial.Value, epoch)
            .RowsAsync(Read, cancellation)).SingleOrDefault();

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
        select (w.id % 1000000)::integer, case when not ended then best end,
          ended or t.id is null or t.state not in ('queued', 'running'), ended or best is not null or t.state = 'succeeded'
        from unnest($1::bigint[]) w (id)
        join sweeps s on s.id = w.id / 1000000
        left join trials t on t.id = w.id
        cross join lateral (
          select exists (select from judgements j where j.trial_id = t.id and j.stops and j.epoch < $2) as ended
        ) j
        left join lateral (
          select min({Score}) as best from epochs e where e.trial_id = t.id and e.epoch <= $2
        ) e on t.epochs_done >= $2
        -- A number beyond the count, where a budget has ended the sweep, will have no trial.
        where t.id is not null or w.id % 1000000 > s.trial_count
        order by w.id
        """,
        numbers.Select(number => new TrialId(sweep, number).Value).ToArray(), epoch).RowsAsync(
            row => (new RungEntry(row.GetInt32(0), row.Maybe<double>(1), row.GetBoolean(2)), row.GetBoolean(3)), cancellation);

    public Task<IReadOnlyList<HeldTrial>> HeldAsync(int sweep, CancellationToken cancellation = default) => _source.Statement(
        "select id, attempt, held_at from trials where sweep_id = $1 and held_at is not null and state = 'queued' order by number", sweep)
        .RowsAsync(row => new HeldTrial(TrialId.From(row.GetInt64(0)), row.GetInt32(1), row.GetInt32(2)), cancellation);

    public async Task<bool> ReleaseAsync(HeldTrial held, StoredJudgement judgement, CancellationToken cancellation = default) =>
        await _source.Statement(
            """
            with released as (
              update trials set
                state = case when $4 then 'stopped' else state end,
                reason = case when $4 then $5 end,
                ended_at = case when $4 then clock_timestamp() end,
                held_at = null
              where id = $1 and attempt = $2 and held_at = $3 and state = 'queued'
              returning id, attempt
            )
            insert into trial_events (trial_id, attempt, event, detail)
            select id, attempt, case when $4 then 'stopped' else 'judged' end, $5 from released
            """,
            held.Trial.Value, held.Attempt, held.Epoch, judgement.Stops, judgement.Reason).ExecuteAsync(cancellation) == 1;

    private async Task<IReadOnlyList<StoredJudgement>> AddAsync(IReadOnlyList<StoredJudgement> judgements)
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
            .RowsAsync(Read, CancellationToken.None)).ToDictionary(judgement => (judgement.Trial, judgement.Epoch));
        return [.. judgements.Select(judgement => stored.GetValueOrDefault((judgement.Trial, judgement.Epoch)) ?? judgement)];

        T[] All<T>(Func<StoredJudgement, T> column) => [.. judgements.Select(column)];
    }

    private static StoredJudgement Read(NpgsqlDataReader row) => new(
        TrialId.From(row.GetInt64(0)), row.GetInt32(1), row.GetBoolean(2), row.Maybe<double>(3), row.Maybe<double>(4), row.GetString(5),
        row.MaybeText(6));
}
