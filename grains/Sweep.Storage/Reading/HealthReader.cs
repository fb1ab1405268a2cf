using Npgsql;
using Sweep.Storage.Connections;

namespace Sweep.Storage.Reading;

/// <summary>The state of the database and of the trials of one worker.</summary>
/// <param name="Bytes">The size of the database on its disk.</param>
/// <param name="LongestSilence">
/// The longest time, over the worker's running trials, since the last epoch or event of a trial; null when none runs.
/// </param>
/// <param name="Clock">The time of the server's clock when it answered.</param>
public sealed record DatabaseHealth(long Bytes, TimeSpan? LongestSilence, DateTimeOffset Clock);

/// <summary>Reads the numbers of the database for the metrics of a silo.</summary>
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
        var rows = await command.RowsAsync(
            row => new DatabaseHealth(
                row.GetInt64(0), row.IsDBNull(1) ? null : TimeSpan.FromSeconds(Math.Max(0, row.GetDouble(1))), row.Time(2)),
            cancellation);
        return rows[0];
    }
}
