using Npgsql;

namespace Sweep.Storage.Connections;

/// <summary>
/// Keeps this process from a primary that was replaced and came back. It still takes itself for one, and so do clients that ask it;
/// but each promotion begins a new timeline, so the primary with the highest one is the one to write to.
/// </summary>
/// <param name="connectionString">Names several hosts.</param>
internal sealed class PrimaryFence(NpgsqlConnectionStringBuilder connectionString)
{
    private const int ProbeSeconds = 2;

    /// <summary>The first eight digits of the name of the file in which the server writes its changes. A standby writes none.</summary>
    private const string Timeline = "select case when pg_is_in_recovery() then null else left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) end";

    private readonly Lazy<Task<long>> _atStart = new(() => HighestAsync(connectionString));
    private long _highest;

    /// <summary>Looks at a new connection.</summary>
    /// <exception cref="NpgsqlException">It leads to a primary that another one has replaced.</exception>
    public async Task CheckAsync(NpgsqlConnection connection)
    {
        if (await ReadAsync(connection) is not { } timeline)
            return;
        var highest = Math.Max(await _atStart.Value, Interlocked.Read(ref _highest));
        if (timeline < highest)
        {
            // Npgsql leaves a host that fails so alone for a while; otherwise each statement would try it first.
            throw new NpgsqlException(
                $"{connection.DataSource} was replaced by another primary (its timeline is {timeline}, the other one's {highest}) and must not be written to:",
                new IOException("stop it, and make it a standby with pg_rewind or pg_basebackup."));
        }

        // Two that learn at once: the higher one stays.
        while (Interlocked.Read(ref _highest) is var known && known < timeline && Interlocked.CompareExchange(ref _highest, timeline, known) != known)
        {
        }
    }

    /// <summary>A process that has just begun knows of no promotion, so it asks every host that answers.</summary>
    private static async Task<long> HighestAsync(NpgsqlConnectionStringBuilder connectionString)
    {
        var timelines = await Task.WhenAll(connectionString.Host!.Split(',', StringSplitOptions.TrimEntries).Select(host => ProbeAsync(connectionString, host)));
        return timelines.Max() ?? 0;
    }

    private static async Task<long?> ProbeAsync(NpgsqlConnectionStringBuilder connectionString, string host)
    {
        // Npgsql reads a port after a host only where there are several.
        var settings = new NpgsqlConnectionStringBuilder(connectionString.ConnectionString)
        {
            Host = $"{host},{host}",
            TargetSessionAttributes = "any",
            Pooling = false,
            Timeout = ProbeSeconds,
            CommandTimeout = ProbeSeconds,
        };
        try
        {
            await using var connection = new NpgsqlConnection(settings.ConnectionString);
            await connection.OpenAsync();
            return await ReadAsync(connection);
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException)
        {
            // Whoever is away takes no writes.
            return null;
        }
    }

    private static async Task<long?> ReadAsync(NpgsqlConnection connection)
    {
        try
        {
            await using var command = new NpgsqlCommand(Timeline, connection);
            return await command.ExecuteScalarAsync() is string timeline ? Convert.ToInt64(timeline, 16) : null;
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.UndefinedFunction)
        {
            // A hosted database that does not say what its timeline is fences its primaries itself.
            return null;
        }
    }
}
