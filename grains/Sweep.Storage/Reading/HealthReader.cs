using Npgsql;
using Sweep.Storage.Connections;

namespace Sweep.Storage.Reading;

/// <summary>What the database says of itself and of one worker's trials.</summary>
/// <param name="Bytes">Size of the database on its disk.</param>
/// <param name="LongestSilence">Since the last epoch or event of that of the worker's running trials which has said nothing for longest; null when none runs.</param>
/// <param name="Clock">The server's, when it answered.</param>
public sealed record DatabaseHealth(long Bytes, TimeSpan? LongestSilence, DateTimeOffset Clock);

/// <summary>Reads what the metrics of a silo need.</summary>
public sealed class HealthReader(NpgsqlDataSource source)
{
    private const int LimitSeconds = 5;

    /// <exception cref="NpgsqlException">The database does not answer in time.</exception>
    public async Task<DatabaseHealth> ReadAsync(string worker, CancellationToken cancellation = default)
    {
        var command = source.Statement(
            """
            select pg_database_size(current_database()), (
              select extract(epoch from max(clock_timestamp() - greatest(e.at, last.at)))::double precision
              from trials t
              left join epochs e on e.trial_id = t.id and e.epoch = t.epochs_done
              left join lateral (select v.at from trial_events v where v.trial_id = t.id order by v.id desc limit 1) last on true
              where t.state = 'running' and t.worker = $1), clock_timestamp()
            """,
            worker);
        command.CommandTimeout = LimitSeconds;
        return (await command.RowsAsync(
            row => new DatabaseHealth(row.GetInt64(0), row.IsDBNull(1) ? null : TimeSpan.FromSeconds(Math.Max(0, row.GetDouble(1))), row.GetFieldValue<DateTimeOffset>(2)), cancellation))[0];
    }
}
