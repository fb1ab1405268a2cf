using Npgsql;
using NpgsqlTypes;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Storage.Connections;

namespace Sweep.Storage;

/// <summary>The table <c>sweeps</c>, and the changes that concern all trials of a sweep at once.</summary>
public sealed class SweepStore(NpgsqlDataSource source) : ISweepStore
{
    private const string Columns = "select id, spec::text, state, trial_count, ended_by from sweeps";

    private const string IsOver =
        """
        select not exists (select from trials where sweep_id = $1 and state = 'queued')
          and not exists (select from trials where sweep_id = $1 and state = 'running')
          -- Trials are proposed in their order, so none is missing when the last one is there.
          and not exists (
            select from sweeps s left join trials t on t.id = s.id * 1000000::bigint + s.trial_count where s.id = $1 and t.id is null)
        """;

    /// <summary>Cancels the trials that wait. A trial that runs is marked, and cancelled when its attempt ends.</summary>
    private const string CancelTrials =
        """
        with wanted as (
          select id, state from trials where sweep_id = $1 and state in ('queued', 'running') and ($2::integer is null or number = $2)
          order by id for no key update
        ), ordered as (
          update trials t set
            state = case when w.state = 'queued' then 'cancelled' else t.state end,
            ended_at = case when w.state = 'queued' then clock_timestamp() end,
            cancelling = w.state = 'running',
            held_at = null
          from wanted w where t.id = w.id
          returning t.id, t.attempt, t.state
        )
        insert into trial_events (trial_id, attempt, event)
        select id, attempt, 'cancelled' from ordered where state = 'cancelled' order by id
        """;

    public async Task<StoredSweep> AddAsync(
        int id, SweepSpec spec, bool exactName, IReadOnlyList<ParameterMap> trials, CancellationToken cancellation = default)
    {
        await using var connection = await source.ConnectAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // A method that learns proposes the others later.
        var count = spec.Method.Kind.Learns() ? SearchMethods.For(spec).Count : trials.Count;
        var (stored, isNew) = await AddSweepAsync(connection, id, spec, exactName, count, cancellation);
        if (isNew)
        {
            var by = spec.Method.Kind.ProposedBy(hasLearned: false);
            await AddTrialsAsync(connection, id, first: 1, trials, [.. trials.Select(_ => by)], cancellation);
            await transaction.CommitAsync(cancellation);
        }

        return stored;
    }

    public async Task<StoredSweep?> LoadAsync(int id, CancellationToken cancellation = default) =>
        (await source.Statement($"{Columns} where id = $1", id).RowsAsync(Read, cancellation)).SingleOrDefault();

    public async Task<StoredSweep?> MoveAsync(int id, SweepMove move, CancellationToken cancellation = default)
    {
        await using var connection = await source.ConnectAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await LockAsync(connection, id, cancellation) is not { } sweep)
            return null;
        var next = sweep.State.After(move);
        // The lock of the sweep keeps trials from being put back in the queue between this check and the change.
        if (move == SweepMove.Complete && !await connection.Statement(IsOver, id).ValueAsync<bool>(cancellation))
            return sweep;
        if (move == SweepMove.Cancel)
            await connection.Statement(CancelTrials, id, null).ExecuteAsync(cancellation);
        return await StoreAsync(connection, transaction, sweep, next, cancellation);
    }

    public async Task<TrialState?> CancelTrialAsync(TrialId trial, CancellationToken cancellation = default)
    {
        await source.Statement(CancelTrials, trial.Sweep, trial.Number).ExecuteAsync(cancellation);
        return await source.Statement("select state from trials where id = $1", trial.Value).ValueAsync<string>(cancellation) is { } state
            ? StoredName.Parse<TrialState>(state)
            : null;
    }

    public async Task<(StoredSweep Sweep, IReadOnlyList<int> Numbers)?> RetryAsync(
        int id, int? number, CancellationToken cancellation = default)
    {
        await using var connection = await source.ConnectAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await LockAsync(connection, id, cancellation) is not { } sweep)
            return null;
        var numbers = await connection.Statement(
            """
            with wanted as (
              select id, state from trials
              where sweep_id = $1
                and (state in ('failed', 'cancelled') or state = 'running' and cancelling) and ($2::integer is null or number = $2)
              order by id for no key update
            ), again as (
              update trials t set
                state = case when w.state = 'running' then t.state else 'queued' end,
                cancelling = false, failures = 0, losses = 0, alone = false, reason = null, ended_at = null, pruned_at = null,
                held_at = null
              from wanted w where t.id = w.id
              returning t.id, t.number, t.attempt, t.state
            ), event as (
              insert into trial_events (trial_id, attempt, event)
              select id, attempt, 'retried' from again where state = 'queued' order by id
            )
            select number from again order by number
            """,
            id, number).RowsAsync(row => row.GetInt32(0), cancellation);
        if (numbers.Count > 0)
        {
            await connection.Statement(
                """
                update sweeps set not_reproducible = $3
                where id = $1 and proposed_from >= $2 and not_reproducible is null
                """,
                id, numbers[0], $"trial {numbers[0]} was tried again after others had been proposed from its outcome")
                .ExecuteAsync(cancellation);
            sweep = await StoreAsync(connection, transaction, sweep, sweep.State.After(SweepMove.Retry), cancellation);
        }

        return (sweep, numbers);
    }

    public async Task<(StoredSweep Sweep, TrialState? State, bool Resumed)?> ResumeTrialAsync(
        TrialId trial, CancellationToken cancellation = default)
    {
        await using var connection = await source.ConnectAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await LockAsync(connection, trial.Sweep, cancellation) is not { } sweep)
            return null;
        var resumed = await connection.Statement(
            """
            with again as (
              update trials set
                state = 'queued', trains_on = true, failures = 0, losses = 0, alone = false, reason = null, ended_at = null,
                pruned_at = null
              where id = $1 and state = 'stopped'
              returning id, attempt
            )
            insert into trial_events (trial_id, attempt, event) select id, attempt, 'resumed' from again
            """,
            trial.Value).ExecuteAsync(cancellation) == 1;
        var state = await connection.Statement("select state from trials where id = $1", trial.Value).ValueAsync<string>(cancellation);
        if (resumed)
        {
            await connection.Statement(
                """
                update sweeps set not_reproducible = $3
                where id = $1 and not_reproducible is null and (proposed_from >= $2 or not exists (
                  select from trials t where t.id = sweeps.id * 1000000::bigint + sweeps.trial_count))
                """,
                trial.Sweep, trial.Number, $"trial {trial.Number} was trained on, and other trials are proposed from its outcome")
                .ExecuteAsync(cancellation);
            sweep = await StoreAsync(connection, transaction, sweep, sweep.State.After(SweepMove.Retry), cancellation);
        }

        return (sweep, state is null ? null : StoredName.Parse<TrialState>(state), resumed);
    }

    public async Task<(TimeSpan Age, IReadOnlyList<SpentTrial> Trials)> SpentAsync(
        int id, int after, CancellationToken cancellation = default)
    {
        var age = await source.Statement("select clock_timestamp() - created_at from sweeps where id = $1", id)
            .ValueAsync<TimeSpan>(cancellation);
        var trials = await source.Statement(
            """
            select number, state, best_value, epochs_done from trials
            where id between $1 and coalesce(
              (select id - 1 from trials where id between $1 and $2 and state in ('queued', 'running') order by id limit 1), $2)
            order by id
            """,
            First(id) + after + 1, Last(id)).RowsAsync(
                row => new SpentTrial(
                    row.GetInt32(0), StoredName.Parse<TrialState>(row.GetString(1)), row.Maybe<double>(2), row.GetInt32(3)),
                cancellation);
        return (age, trials);
    }

    public async Task<StoredSweep?> EndAsync(int id, string endedBy, bool isReproducible, CancellationToken cancellation = default)
    {
        await using var connection = await source.ConnectAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await LockAsync(connection, id, cancellation) is not { } sweep)
            return null;
        if (sweep is not { State: SweepState.Running or SweepState.Paused, EndedBy: null })
            return sweep;
        await connection.Statement(CancelTrials, id, null).ExecuteAsync(cancellation);
        var count = await connection.Statement(
            """
            update sweeps set
              trial_count = (select count(*) from trials where sweep_id = $1),
              ended_by = $2,
              proposal_refused = null,
              not_reproducible = coalesce(not_reproducible, $3)
            where id = $1 returning trial_count
            """,
            id, endedBy, isReproducible ? null : "the time of its budget ended it").ValueAsync<int>(cancellation);
        await transaction.CommitAsync(cancellation);
        return sweep with { Trials = count, EndedBy = endedBy };
    }

    public async Task<IReadOnlyDictionary<int, SweepState>> StatesAsync(
        IReadOnlyCollection<int> ids, CancellationToken cancellation = default) =>
        (await source.Statement("select id, state from sweeps where state = 'running' or id = any($1)", ids.ToArray())
            .RowsAsync(row => (Id: row.GetInt32(0), State: StoredName.Parse<SweepState>(row.GetString(1))), cancellation))
            .ToDictionary(sweep => sweep.Id, sweep => sweep.State);

    public Task<IReadOnlyList<StoredSweep>> RunningAsync(CancellationToken cancellation = default) =>
        source.Statement($"{Columns} where state = 'running' order by id").RowsAsync(Read, cancellation);

    public Task<bool> IsOverAsync(int id, CancellationToken cancellation = default) =>
        source.Statement(IsOver, id).ValueAsync<bool>(cancellation);

    public async Task DeleteAsync(int id, CancellationToken cancellation = default)
    {
        await using var connection = await source.ConnectAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var used = await connection.Statement("select dataset, folder, weights from sweeps where id = $1 for update", id)
            .RowsAsync(row => (Dataset: row.MaybeText(0), Folder: row.MaybeText(1), Weights: row.MaybeText(2)), cancellation);
        if (used is not [var (dataset, folder, weights)])
            return;
        // A trial of a cancelled sweep may still run. Once its row is cancelled, its writes are refused.
        await connection.Statement(
            """
            with unfinished as (
              select id from trials where sweep_id = $1 and state in ('queued', 'running') order by id for no key update
            )
            update trials t set state = 'cancelled', ended_at = clock_timestamp() from unfinished u where t.id = u.id
            """,
            id).ExecuteAsync(cancellation);
        await connection.Statement("insert into deleted_sweeps (id) values ($1)", id).ExecuteAsync(cancellation);
        await connection.Statement("delete from sweeps where id = $1", id).ExecuteAsync(cancellation);
        await DeleteUnusedAsync(connection, "datasets", "dataset", dataset, cancellation);
        await DeleteUnusedAsync(connection, "folders", "folder", folder, cancellation);
        await DeleteUnusedAsync(connection, "weights", "weights", weights, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static async Task DeleteUnusedAsync(
        NpgsqlConnection connection, string table, string column, string? sha256, CancellationToken cancellation)
    {
        if (sha256 is null)
            return;
        // Without this lock, two deletions at the same time would each still see the sweep of the other, and neither would delete the row.
        await connection.Statement($"select from {table} where sha256 = $1 for update", sha256).ExecuteAsync(cancellation);
        await connection.Statement($"delete from {table} where sha256 = $1 and not exists (select from sweeps where {column} = $1)", sha256)
            .ExecuteAsync(cancellation);
    }

    /// <summary>Reads a sweep and locks its row, so that no other transaction changes its state until this one ends.</summary>
    internal static async Task<StoredSweep?> LockAsync(NpgsqlConnection connection, int id, CancellationToken cancellation) =>
        (await connection.Statement($"{Columns} where id = $1 for no key update", id).RowsAsync(Read, cancellation)).SingleOrDefault();

    private static async Task<StoredSweep> StoreAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, StoredSweep sweep, SweepState next, CancellationToken cancellation)
    {
        if (next != sweep.State)
        {
            await connection.Statement(
                """
                update sweeps set
                  state = $2,
                  ended_at = case when $2 in ('completed', 'cancelled') then clock_timestamp() end,
                  proposal_refused = case when $2 not in ('completed', 'cancelled') then proposal_refused end
                where id = $1
                """,
                sweep.Id, StoredName.Of(next)).ExecuteAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return sweep with { State = next };
    }

    private static async Task<(StoredSweep Stored, bool IsNew)> AddSweepAsync(
        NpgsqlConnection connection, int id, SweepSpec spec, bool exactName, int trials, CancellationToken cancellation)
    {
        while (true)
        {
            if ((await connection.Statement($"{Columns} where id = $1", id).RowsAsync(Read, cancellation)).SingleOrDefault() is { } stored)
                return (stored, false);
            var named = spec with { Name = await FreeNameAsync(connection, spec.Name, exactName, cancellation) };
            // The insert waits for another transaction that adds the same name or id. When that one commits, this insert stores nothing,
            // and the next round of the loop finds the other sweep.
            if (await InsertAsync(connection, id, named, trials, cancellation))
                return (new(id, named, SweepState.Running, trials), true);
        }
    }

    private static async Task<string> FreeNameAsync(
        NpgsqlConnection connection, string name, bool exactName, CancellationToken cancellation)
    {
        var taken = (await connection.Statement("select name from sweeps where name = $1 or starts_with(name, $1 || '-')", name)
            .RowsAsync(row => row.GetString(0), cancellation)).ToHashSet();
        if (!taken.Contains(name))
            return name;
        return exactName
            ? throw new NameTakenException(name)
            : Enumerable.Range(2, taken.Count).Select(suffix => $"{name}-{suffix}").First(candidate => !taken.Contains(candidate));
    }

    private static async Task<bool> InsertAsync(
        NpgsqlConnection connection, int id, SweepSpec spec, int trials, CancellationToken cancellation)
    {
        try
        {
            return await connection.Statement(
                """
                insert into sweeps (id, name, state, spec, dataset, retries, metric, goal, varying, trial_count, weights,
                  not_reproducible, folder)
                values ($1, $2, 'running', $3::jsonb, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                on conflict do nothing
                """,
                id, spec.Name, spec.ToJson(), spec.Program is null ? spec.Dataset.Sha256 : null, spec.Retries, spec.Objective.Metric.Name,
                StoredName.Of(spec.Objective.Goal),
                spec.Parameters.Varying.ToArray(), trials, spec.StartFrom?.Sha256,
                spec.NotReproducible, spec.Program?.Sha256).ExecuteAsync(cancellation) == 1;
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            throw new InvalidOperationException(
                error.ConstraintName switch
                {
                    "sweeps_weights_fkey" => $"The weights of {spec.StartFrom} are not stored; store them before the sweep {spec.Name}.",
                    "sweeps_folder_fkey" => $"The program's folder with SHA-256 {spec.Program?.Sha256} is not stored; "
                        + $"store it before the sweep {spec.Name}.",
                    _ => $"The dataset {spec.Dataset.Name} with SHA-256 {spec.Dataset.Sha256} is not stored; "
                        + $"store it before the sweep {spec.Name}.",
                },
                error);
        }
    }

    private static long First(int sweep) => new TrialId(sweep, 0).Value;

    private static long Last(int sweep) => new TrialId(sweep, TrialId.MaxNumber).Value;

    internal static async Task AddTrialsAsync(
        NpgsqlConnection connection, int id, int first, IReadOnlyList<ParameterMap> trials, IReadOnlyList<string>? by,
        CancellationToken cancellation)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "copy trials (id, sweep_id, number, params, proposed_by) from stdin (format binary)", cancellation);
        foreach (var (index, trial) in trials.Index())
        {
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(new TrialId(id, first + index).Value, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(id, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(first + index, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(trial.ToJson(), NpgsqlDbType.Jsonb, cancellation);
            await copy.WriteAsync(by?[index], NpgsqlDbType.Text, cancellation);
        }

        await copy.CompleteAsync(cancellation);
    }

    private static StoredSweep Read(NpgsqlDataReader row) =>
        new(
            row.GetInt32(0), SweepSpec.FromJson(row.GetString(1)), StoredName.Parse<SweepState>(row.GetString(2)), row.GetInt32(3),
            row.MaybeText(4));
}
