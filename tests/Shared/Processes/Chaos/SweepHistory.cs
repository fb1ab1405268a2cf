using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Sweep.Processes.Chaos;

/// <summary>A row of <c>trials</c>.</summary>
public sealed record TrialFact(long Id, int Number, string State, int Failures, int Losses, int Epochs);

/// <summary>A row of <c>trial_events</c>.</summary>
public sealed record EventFact(long Trial, int Attempt, DateTimeOffset At, string Event, string? Worker, string? Reason, string? Detail)
{
    /// <summary>Whether the attempt's end uses up a retry. An attempt that failed while it was cancelled has the reason as well.</summary>
    public bool IsFailure => Reason is not (null or "worker_unfit") && !IsLoss;

    public bool IsLoss => Reason is "worker_lost" or "lease_lost";

    public override string ToString()
    {
        string?[] words = [$"attempt {Attempt}", Event, Reason, Worker is null ? null : $"on {Worker}", Detail];
        return string.Join(' ', words.OfType<string>());
    }
}

/// <summary>A row of <c>epochs</c>.</summary>
/// <param name="Losses">
/// The trial's parameters, the epoch, and the bits of its losses: a line of <see cref="SweepProof.LossesAsync"/>.
/// </param>
/// <param name="Ended">
/// Time at which the trainer logged a checkpoint after this epoch; null when it wrote none, or when its log was lost.
/// </param>
public sealed record EpochFact(
    long Trial, int Attempt, int Epoch, DateTimeOffset StoredAt, double Seconds, string Losses, DateTimeOffset? Ended);

/// <summary>A line of a trainer's log with the position from which an attempt resumed, or at which it wrote a checkpoint.</summary>
public sealed record MarkFact(long Trial, int Attempt, DateTimeOffset At, bool Resumed, int Epoch, int Step)
{
    public string Place => string.Create(CultureInfo.InvariantCulture, $"epoch {Epoch} and step {Step}");
}

/// <summary>Everything that the tables contain about one sweep at one moment.</summary>
public sealed partial record SweepHistory(
    int Id, string Name, string State, IReadOnlyList<TrialFact> Trials, IReadOnlyList<EventFact> Events, IReadOnlyList<EpochFact> Epochs,
    IReadOnlyList<MarkFact> Marks)
{
    /// <summary>The events of one trial, in the order in which they happened.</summary>
    public IReadOnlyList<EventFact> Of(TrialFact trial) => [.. Events.Where(fact => fact.Trial == trial.Id)];

    /// <summary>The worker of an attempt.</summary>
    public string? WorkerOf(long trial, int attempt) => LeaseOf(trial, attempt)?.Worker;

    /// <summary>The event with which an attempt was leased.</summary>
    public EventFact? LeaseOf(long trial, int attempt) =>
        Events.FirstOrDefault(fact => fact.Trial == trial && fact.Attempt == attempt && fact.Event == "leased");

    /// <summary>
    /// Reads the history, or null when there is no such sweep. Rows are read before the rows that cause them, so that each has its cause.
    /// </summary>
    public static async Task<SweepHistory?> LoadAsync(RealDatabase database, int sweep)
    {
        var marks = await database.RowsAsync(
            Mark,
            """
            select l.trial_id, l.attempt, l.at, l.text from trial_logs l
            where l.trial_id / 1000000 = $1 and l.text ~ '^(resumed|checkpoint written) after' order by l.at
            """,
            sweep);
        var ends = marks.Where(mark => mark is { Resumed: false, Step: 0 })
            .ToLookup(mark => (mark.Trial, mark.Attempt, mark.Epoch), mark => (DateTimeOffset?)mark.At);
        var epochs = await database.RowsAsync(
            row => new EpochFact(
                row.GetInt64(0), row.GetInt32(1), row.GetInt32(2), Time(row, 3), row.GetDouble(4), row.GetString(5),
                ends[(row.GetInt64(0), row.GetInt32(1), row.GetInt32(2))].FirstOrDefault()),
            """
            select e.trial_id, e.attempt, e.epoch, e.at, e.seconds, format(
              '%s %s, epoch %s: losses %s %s', t.params ->> 'cell', t.params ->> 'sequence_length', e.epoch,
              encode(float8send(e.train_loss), 'hex'), encode(float8send(e.val_loss), 'hex'))
            from epochs e join trials t on t.id = e.trial_id where t.sweep_id = $1 order by e.trial_id, e.epoch
            """,
            sweep);
        var events = await database.RowsAsync(
            row => new EventFact(
                row.GetInt64(0), row.GetInt32(1), Time(row, 2), row.GetString(3), Maybe(row, 4), Maybe(row, 5), Maybe(row, 6)),
            "select trial_id, attempt, at, event, worker, reason, detail from trial_events where trial_id / 1000000 = $1 order by id",
            sweep);
        var trials = await database.RowsAsync(
            row => new TrialFact(row.GetInt64(0), row.GetInt32(1), row.GetString(2), row.GetInt32(3), row.GetInt32(4), row.GetInt32(5)),
            """
            select t.id, t.number, t.state, t.failures, t.losses, (t.params ->> 'epochs')::integer
            from trials t where t.sweep_id = $1 order by t.number
            """,
            sweep);
        return (await database.RowsAsync(
            row => new SweepHistory(sweep, row.GetString(0), row.GetString(1), trials, events, epochs, marks),
            "select name, state from sweeps where id = $1",
            sweep)).SingleOrDefault();
    }

    private static MarkFact Mark(NpgsqlDataReader row)
    {
        var text = row.GetString(3);
        var numbers = Numbers().Matches(text);
        return new(row.GetInt64(0), row.GetInt32(1), Time(row, 2), text.StartsWith('r'), Number(0), Number(1));

        int Number(int place) => int.Parse(numbers[place].ValueSpan, CultureInfo.InvariantCulture);
    }

    private static DateTimeOffset Time(NpgsqlDataReader row, int column) => row.GetFieldValue<DateTimeOffset>(column);

    private static string? Maybe(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Numbers();
}
