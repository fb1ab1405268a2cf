using Npgsql;
using Sweep.Storage.Connections;

namespace Sweep.Storage.Reading;

/// <summary>The state of the database.</summary>
/// <param name="Bytes">The size of the database on its disk.</param>
/// <param name="Clock">The time of the server's clock when it answered.</param>
public sealed record DatabaseHealth(long Bytes, DateTimeOffset Clock);

/// <summary>Reads the numbers of the database for the metrics of a silo.</summary>
public sealed class HealthReader(NpgsqlDataSource source)
{
    private const int LimitSeconds = 5;

    /// <exception cref="NpgsqlException">The database does not answer in time.</exception>
    public async Task<DatabaseHealth> ReadAsync(CancellationToken cancellation = default)
    {
        var command = source.Statement("select pg_database_size(current_database()), clock_timestamp()");
        command.CommandTimeout = LimitSeconds;
        var rows = await command.RowsAsync(row => new DatabaseHealth(row.GetInt64(0), row.Time(1)), cancellation);
        return rows[0];
    }
}
