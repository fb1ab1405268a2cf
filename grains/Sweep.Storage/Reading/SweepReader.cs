using Npgsql;
using Sweep.Domain.Reports;
using Sweep.Domain.Scheduling;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Storage.Connections;

namespace Sweep.Storage.Reading;

/// <summary>Reads sweeps, trials and workers for the CLI's reports, live view and exports.</summary>
public sealed class SweepReader(NpgsqlDataSource source)
{
    private const string Overviews =
        """
        select p.sweep_id, p.sweep, p.state, s.spec::text, p.trial_count,
          p.queued::integer, p.running::integer, p.succeeded::integer, p.failed::integer, p.cancelled::integer,
          p.epochs_done, p.epochs_total, p.best_value, p.best_trial, p.created_at, p.ended_at,
          p.proposed::integer, p.ended_by, p.not_reproducible, p.budget_epochs_left, p.budget_seconds_left, p.budget_failures_left,
          p.stopped::integer, p.held::integer, case when p.state in ('running', 'paused') then s.proposal_refused end
        from sweep_progress p join sweeps s on s.id = p.sweep_id
        """;

    /// <summary>An id that no other sweep has or will have.</summary>
    public Task<int> NextSweepIdAsync(CancellationToken cancellation = default) =>
        source.Statement("select nextval('sweep_ids')::integer").ValueAsync<int>(cancellation);

    /// <summary>All sweeps, the newest first.</summary>
    public Task<IReadOnlyList<SweepOverview>> ListAsync(CancellationToken cancellation = default) =>
        source.Statement($"{Overviews} order by p.created_at desc, p.sweep_id desc").RowsAsync(Overview, cancellation);

    public async Task<SweepOverview?> FindAsync(string name, CancellationToken cancellation = default) =>
        (await source.Statement($"{Overviews} where p.sweep = $1", name).RowsAsync(Overview, cancellation)).SingleOrDefault();

    /// <summary>The state of a sweep, without counting its trials; null when there is no such sweep.</summary>
    public async Task<SweepState?> StateAsync(int sweep, CancellationToken cancellation = default) =>
        await source.Statement("select state from sweeps where id = $1", sweep).ValueAsync<string>(cancellation) is { } state
            ? StoredName.Parse<SweepState>(state)
            : null;

    /// <summary>All trials of a sweep in the order of their numbers.</summary>
    public Task<IReadOnlyList<TrialSummary>> TrialsAsync(int sweep, CancellationToken cancellation = default) =>
        SummariesAsync("where t.sweep_id = $1 order by t.number", cancellation, sweep);

    public async Task<TrialSummary?> TrialAsync(int sweep, int number, CancellationToken cancellation = default) =>
        (await SummariesAsync("where t.id = $1", cancellation, new TrialId(sweep, number).Value)).SingleOrDefault();

    /// <summary>
    /// Of the points of a sweep of which at least two trials have succeeded the one with the best mean of the objective, by the number of
    /// its first trial; null when there is none.
    /// </summary>
    public async Task<(int First, Spread Objective)?> BestPointAsync(int sweep, CancellationToken cancellation = default) =>
        (await source.Statement(
            """
            select first_trial, mean, deviation, succeeded::integer
            from configurations where sweep_id = $1 and succeeded > 1 order by mean_score, first_trial limit 1
            """,
            sweep).RowsAsync(
                row => (row.GetInt32(0), new Spread(row.GetDouble(1), row.GetDouble(2), row.GetInt32(3))),
                cancellation)) is [var best] ? best : null;

    /// <summary>The trials that failed last, the newest first.</summary>
    /// <param name="most">The greatest number of trials to read.</param>
    public Task<IReadOnlyList<TrialSummary>> FailuresAsync(int sweep, int most, CancellationToken cancellation = default) =>
        SummariesAsync(
            "where t.sweep_id = $1 and t.state = 'failed' order by t.ended_at desc, t.number desc limit $2", cancellation, sweep, most);

    /// <summary>The trials that run now, with their newest epoch.</summary>
    public Task<IReadOnlyList<TrialSummary>> RunningAsync(int sweep, CancellationToken cancellation = default) =>
        SummariesAsync("where t.sweep_id = $1 and t.state = 'running' order by t.number", cancellation, sweep);

    /// <summary>What stopping rules decided at the ends of epochs, by epoch.</summary>
    public Task<IReadOnlyList<Rung>> RungsAsync(int sweep, CancellationToken cancellation = default) => source.Statement(
        """
        select epoch, count(*)::integer, count(*) filter (where stops)::integer,
          (array_agg(bound order by trial_id desc) filter (where bound is not null))[1]
        from judgements where trial_id between $1 and $2
        group by epoch order by epoch
        """,
        First(sweep, null), Last(sweep, null)).RowsAsync(
            row => new Rung(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.Maybe<double>(3)), cancellation);

    /// <summary>Epochs in the order of trial and epoch.</summary>
    /// <param name="number">One trial, or null for all.</param>
    public IAsyncEnumerable<(int Number, int Attempt, EpochReport Metrics)> EpochsAsync(
        int sweep, int? number, CancellationToken cancellation = default) => source.Statement(
        """
        select trial_id, attempt, epoch, train_loss, val_loss, val_accuracy, learning_rate, seconds, samples_per_second,
          val_loss_error, metrics::text
        from epochs where trial_id between $1 and $2 order by trial_id, epoch
        """,
        First(sweep, number), Last(sweep, number)).StreamAsync(
            row => (TrialId.From(row.GetInt64(0)).Number, row.GetInt32(1), TrialSummaryRow.ReadEpoch(row, 2)!), cancellation);

    /// <summary>The names of all metrics that the program of a sweep has reported.</summary>
    public Task<IReadOnlyList<string>> ReportedAsync(int sweep, CancellationToken cancellation = default) => source.Statement(
        "select distinct jsonb_object_keys(metrics) from epochs where trial_id between $1 and $2",
        First(sweep, null), Last(sweep, null)).RowsAsync(row => row.GetString(0), cancellation);

    /// <summary>What happened to the trials of a sweep, in order.</summary>
    /// <param name="number">One trial, or null for all.</param>
    public Task<IReadOnlyList<TrialEvent>> EventsAsync(int sweep, int? number, CancellationToken cancellation = default) =>
        source.Statement(
            "select trial_id, attempt, at, event, worker, reason, detail from trial_events where trial_id between $1 and $2 order by id",
            First(sweep, number), Last(sweep, number)).RowsAsync(
                row => new TrialEvent(
                    TrialId.From(row.GetInt64(0)).Number, row.GetInt32(1), row.Time(2), row.GetString(3),
                    row.MaybeText(4), row.MaybeText(5), row.MaybeText(6)),
                cancellation);

    /// <summary>Whether the log of a trial may still grow: the trial is not over, and its sweep runs.</summary>
    public Task<bool> MayLogAsync(int sweep, int number, CancellationToken cancellation = default) => source.Statement(
        """
        select exists (
          select from trials t join sweeps s on s.id = t.sweep_id
          where t.id = $1 and t.state in ('queued', 'running') and s.state = 'running')
        """,
        First(sweep, number)).ValueAsync<bool>(cancellation);

    /// <summary>The lines of a trial's log, in order.</summary>
    /// <param name="after">
    /// The position after which lines are read; 0 for all. To follow a log, pass the <see cref="LogEntry.Position"/> of the last line.
    /// </param>
    public Task<IReadOnlyList<LogEntry>> LogAsync(int sweep, int number, long after, CancellationToken cancellation = default) =>
        source.Statement(
            "select position, attempt, at, text from trial_logs where trial_id = $1 and position > $2 order by position",
            First(sweep, number), after).RowsAsync(ReadLog, cancellation);

    /// <summary>The last lines of a log, in order.</summary>
    public async Task<IReadOnlyList<LogEntry>> LastLogAsync(int sweep, int number, int most, CancellationToken cancellation = default)
    {
        var newestFirst = await source.Statement(
            "select position, attempt, at, text from trial_logs where trial_id = $1 order by position desc limit $2",
            First(sweep, number), most).RowsAsync(ReadLog, cancellation);
        return [.. newestFirst.Reverse()];
    }

    /// <summary>All workers that were ever part of the cluster, those that are alive first, then the newest first.</summary>
    public Task<IReadOnlyList<WorkerOverview>> WorkersAsync(CancellationToken cancellation = default) => source.Statement(
        """
        select name, host, process_id, devices, labels, busy, alive, state, message, started_at, seen_at
        from workers cross join lateral (select gone_at is null and seen_at > clock_timestamp() - interval '10 seconds' as alive) a
        order by alive desc, started_at desc, name
        """).RowsAsync(
            row => new WorkerOverview(
                row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetFieldValue<string[]>(3), row.GetFieldValue<string[]>(4),
                row.GetInt32(5), row.GetBoolean(6), StoredName.Parse<WorkerState>(row.GetString(7)), row.MaybeText(8),
                row.Time(9), row.Time(10)),
            cancellation);

    /// <summary>
    /// Runs a query of the user's, one statement, in a read-only transaction as <c>sweep_reader</c> (where this role exists), for at most
    /// 60 seconds.
    /// </summary>
    /// <exception cref="PostgresException">The query is wrong, tries to write, is more than one statement, or takes too long.</exception>
    public Task<QueryResult> QueryAsync(string sql, CancellationToken cancellation = default) =>
        UserQuery.RunAsync(source, sql, cancellation);

    private Task<IReadOnlyList<TrialSummary>> SummariesAsync(
        string condition, CancellationToken cancellation, params ReadOnlySpan<object?> values) =>
        source.Statement($"{TrialSummaryRow.Select} {condition}", values).RowsAsync(TrialSummaryRow.Read, cancellation);

    private static long First(int sweep, int? number) => new TrialId(sweep, number ?? 0).Value;

    private static long Last(int sweep, int? number) => new TrialId(sweep, number ?? TrialId.MaxNumber).Value;

    private static SweepOverview Overview(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetString(1), StoredName.Parse<SweepState>(row.GetString(2)), SweepSpec.FromJson(row.GetString(3)),
        row.GetInt32(4), row.GetInt32(5), row.GetInt32(6), row.GetInt32(7), row.GetInt32(8), row.GetInt32(9),
        row.GetInt64(10), row.GetInt64(11), row.Maybe<double>(12), row.Maybe<int>(13), row.Time(14), row.Maybe<DateTimeOffset>(15),
        row.GetInt32(16), row.MaybeText(17), row.MaybeText(18), new(row.Maybe<long>(19), row.Maybe<double>(20), row.Maybe<long>(21)),
        row.GetInt32(22), row.GetInt32(23), row.MaybeText(24));

    private static LogEntry ReadLog(NpgsqlDataReader row) => new(row.GetInt64(0), row.GetInt32(1), row.Time(2), row.GetString(3));
}

/// <summary>A sweep with the counts of its trials in each state.</summary>
/// <param name="Trials">The number of trials at the most, also of those that a method that learns has not proposed yet.</param>
/// <param name="Queued">The number of trials that wait.</param>
/// <param name="Stopped">The number of trials that a stopping rule ended.</param>
/// <param name="Held">The number of those that wait to be judged by a stopping rule.</param>
/// <param name="EpochsDone">The epochs that all trials together have finished.</param>
/// <param name="EpochsTotal">The epochs of all trials together. A trial that is over counts only the epochs that it finished.</param>
/// <param name="Proposed">The number of trials that are proposed: those that have rows.</param>
/// <param name="EndedBy">What ended the sweep of its budget, in words; null where nothing did.</param>
/// <param name="Left">What is left of its budget.</param>
/// <param name="NotReproducible">Why the same sweep file may give other trials, in words; null where it gives the same.</param>
/// <param name="Refused">Why the next trial that its method proposes is not stored, in words; null where nothing is refused.</param>
public sealed record SweepOverview(
    int Id, string Name, SweepState State, SweepSpec Spec, int Trials,
    int Queued, int Running, int Succeeded, int Failed, int Cancelled,
    long EpochsDone, long EpochsTotal, double? BestValue, int? BestTrial, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt,
    int Proposed = 0, string? EndedBy = null, string? NotReproducible = null, BudgetLeft? Left = null, int Stopped = 0, int Held = 0,
    string? Refused = null);

/// <summary>What is left of a sweep's budget; null where it has no budget of that kind.</summary>
public sealed record BudgetLeft(long? Epochs, double? Seconds, long? Failures);

/// <summary>What stopping rules decided at the end of one epoch.</summary>
/// <param name="Judged">How many trials have a judgement there. Rules that look at a trial alone store only those that stop it.</param>
/// <param name="Stopped">How many of them were stopped.</param>
/// <param name="Bound">The value that the trial with the highest number was held against; null when there was none.</param>
public sealed record Rung(int Epoch, int Judged, int Stopped, double? Bound);

public sealed record TrialEvent(int Number, int Attempt, DateTimeOffset At, string Event, string? Worker, string? Reason, string? Detail);

public sealed record LogEntry(long Position, int Attempt, DateTimeOffset At, string Text);

/// <param name="Devices">The device of each slot.</param>
/// <param name="Busy">The number of slots that are in use.</param>
/// <param name="Alive">Whether the worker has updated its row within the last 10 seconds and has not left the cluster.</param>
/// <param name="Message">What a user should know about the state of the worker; null when nothing is wrong.</param>
public sealed record WorkerOverview(
    string Name, string Host, int ProcessId, IReadOnlyList<string> Devices, IReadOnlyList<string> Labels,
    int Busy, bool Alive, WorkerState State, string? Message, DateTimeOffset StartedAt, DateTimeOffset SeenAt);
