using Npgsql;
using Sweep.Domain.Reports;
using Sweep.Domain.Trials;
using Sweep.Storage.Connections;

namespace Sweep.Storage.Reading;

/// <summary>Reads the contents of a page about a sweep, other than its trials.</summary>
public sealed class ReportReader(NpgsqlDataSource source)
{
    /// <summary>
    /// Epochs of some trials in the order of trial and epoch. Of a trial with many epochs about <paramref name="most"/> are read, evenly
    /// spaced, and always the first, the best and the last.
    /// </summary>
    public Task<IReadOnlyList<CurvePoint>> CurvesAsync(
        int sweep, IEnumerable<int> numbers, int most, CancellationToken cancellation = default) => source.Statement(
        """
        select c.number, c.epoch, c.train_loss, c.val_loss, c.val_accuracy, c.learning_rate, c.seconds, c.samples_per_second,
          c.val_loss_error, c.metrics::text, case when c.epochs = c.epoch then c.elapsed end
        from (
          select t.number, t.best_epoch, t.epochs_done, e.*,
            count(*) over before as epochs, sum(e.seconds) over before as elapsed
          from trials t join epochs e on e.trial_id = t.id
          where t.id = any($1)
          window before as (partition by t.id order by e.epoch)
        ) c
        where c.epoch % greatest(1, (c.epochs_done + $2 - 1) / $2) = 0 or c.epoch in (1, c.best_epoch, c.epochs_done)
        order by c.number, c.epoch
        """,
        numbers.Select(number => new TrialId(sweep, number).Value).ToArray(), most).RowsAsync(
            row => new CurvePoint(row.GetInt32(0), TrialSummaryRow.ReadEpoch(row, 1)!, row.Maybe<double>(10)), cancellation);

    /// <summary>How the attempts of a sweep began and ended, the most frequent first.</summary>
    public Task<IReadOnlyList<EventCount>> EventsAsync(int sweep, CancellationToken cancellation = default) => source.Statement(
        """
        select event, reason, count(*)::integer, count(distinct trial_id)::integer,
          (array_agg(detail order by id desc) filter (where detail is not null))[1]
        from trial_events where trial_id between $1 and $2
        group by event, reason order by count(*) desc, event, reason
        """,
        new TrialId(sweep, 0).Value, new TrialId(sweep, TrialId.MaxNumber).Value).RowsAsync(
            row => new EventCount(row.GetString(0), row.MaybeText(1), row.GetInt32(2), row.GetInt32(3), row.MaybeText(4)), cancellation);

    /// <summary>Where the attempts of a sweep ran, the busiest worker first.</summary>
    public Task<IReadOnlyList<AttemptPlace>> PlacesAsync(int sweep, CancellationToken cancellation = default) => source.Statement(
        """
        select e.worker, w.host, w.devices, count(*)::integer
        from trial_events e left join workers w on w.name = e.worker
        where e.trial_id between $1 and $2 and e.event = 'leased' and e.worker is not null
        group by e.worker, w.host, w.devices order by count(*) desc, e.worker
        """,
        new TrialId(sweep, 0).Value, new TrialId(sweep, TrialId.MaxNumber).Value).RowsAsync(
            row => new AttemptPlace(
                row.GetString(0), row.MaybeText(1), row.IsDBNull(2) ? [] : row.GetFieldValue<string[]>(2), row.GetInt32(3)),
            cancellation);

    /// <summary>Where the attempts of a sweep trained, the place of most attempts first. All GPUs of a model count as one place.</summary>
    public Task<IReadOnlyList<EnvironmentCount>> EnvironmentsAsync(int sweep, CancellationToken cancellation = default) => source.Statement(
        """
        select torch, processor, capability, threads, split_part(device, ':', 1), gpu, driver, precision,
          count(*)::integer, count(distinct trial_id)::integer
        from attempts where trial_id between $1 and $2
        group by 1, 2, 3, 4, 5, 6, 7, 8 order by count(*) desc, 1, 2, 3, 4, 5, 6, 7, 8
        """,
        new TrialId(sweep, 0).Value, new TrialId(sweep, TrialId.MaxNumber).Value).RowsAsync(
            row => new EnvironmentCount(ReadEnvironment(row, 0), row.GetInt32(8), row.GetInt32(9)), cancellation);

    /// <summary>Where the attempts of each trial trained that has more than one, in the order of trial and attempt.</summary>
    public Task<IReadOnlyList<EnvironmentRow>> ResumedAsync(int sweep, CancellationToken cancellation = default) => source.Statement(
        """
        select trial_id, attempt, went_on_from, torch, processor, capability, threads, device, gpu, driver, precision
        from attempts
        where trial_id in (select trial_id from attempts where trial_id between $1 and $2 group by trial_id having count(*) > 1)
        order by trial_id, attempt
        """,
        new TrialId(sweep, 0).Value, new TrialId(sweep, TrialId.MaxNumber).Value).RowsAsync(
            row => new EnvironmentRow(TrialId.From(row.GetInt64(0)), row.GetInt32(1), row.Maybe<int>(2), ReadEnvironment(row, 3)),
            cancellation);

    /// <summary>Facts about the stored text of a sweep; null when the text is not stored.</summary>
    public async Task<DatasetFacts?> DatasetAsync(string sha256, CancellationToken cancellation = default) => (await source.Statement(
        "select characters, vocabulary, octet_length(bytes) from datasets where sha256 = $1", sha256).RowsAsync(
            row => new DatasetFacts(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2)), cancellation)).SingleOrDefault();

    private static AttemptEnvironment ReadEnvironment(NpgsqlDataReader row, int first) => new(
        row.MaybeText(first), row.GetString(first + 1), row.MaybeText(first + 2), row.GetInt32(first + 3), row.GetString(first + 4),
        row.MaybeText(first + 5), row.MaybeText(first + 6),
        row.MaybeText(first + 7) is { } precision ? StoredName.Parse<Precision>(precision) : null);

    /// <summary>The version of the database's server, such as <c>15.6 (Debian 15.6-1)</c>.</summary>
    public async Task<string> ServerVersionAsync(CancellationToken cancellation = default) =>
        await source.Statement("select current_setting('server_version')").ValueAsync<string>(cancellation) ?? "";
}

/// <summary>An epoch of a trial's learning curve.</summary>
/// <param name="Number">The trial's number.</param>
/// <param name="Elapsed">
/// Seconds of the training from its start to the end of this epoch; null where earlier epochs are no longer stored.
/// </param>
public sealed record CurvePoint(int Number, EpochReport Metrics, double? Elapsed);

/// <summary>How often an event happened in a sweep.</summary>
/// <param name="Event">The event: leased, succeeded, failed, …, as in <c>trial_events.event</c>.</param>
/// <param name="Trials">The number of trials to which it happened.</param>
/// <param name="Detail">The detail of the newest one.</param>
public sealed record EventCount(string Event, string? Reason, int Times, int Trials, string? Detail);

/// <summary>How many attempts of a sweep ran on a worker.</summary>
/// <param name="Host">The worker's machine; null when the table no longer has the worker, and then no devices are known either.</param>
/// <param name="Devices">The device of each slot.</param>
public sealed record AttemptPlace(string Worker, string? Host, IReadOnlyList<string> Devices, int Attempts);

/// <param name="Characters">The length of the text in Unicode code points.</param>
/// <param name="Vocabulary">The number of distinct characters.</param>
public sealed record DatasetFacts(int Characters, int Vocabulary, int Bytes);
