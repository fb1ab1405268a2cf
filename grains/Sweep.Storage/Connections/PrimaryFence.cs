using Npgsql;

namespace Sweep.Storage.Connections;

/// <summary>
/// Keeps this process from writing to a primary that was replaced and came back, since such a server still reports that it is a primary.
/// Each promotion of a standby begins a new timeline, so the primary with the highest timeline is the one to write to.
/// </summary>
/// <param name="connectionString">A connection string that names several hosts.</param>
internal sealed class PrimaryFence(NpgsqlConnectionStringBuilder connectionString)
{
    private const int ProbeSeconds = 2;

    /// <summary>
    /// Reads the server's timeline: the first eight digits of the name of the file to which it writes its changes. A standby writes to no
    /// such file, and gives null.
    /// </summary>
    private const string Timeline =
        "select case when pg_is_in_recovery() then null else left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) end";

    private readonly Lazy<Task<long>> _atStart = new(() => HighestAsync(connectionString));
    private long _highest;

    /// <summary>Checks the server of a new connection.</summary>
    /// <exception cref="NpgsqlException">The server is a primary that another one has replaced.</exception>
    public async Task CheckAsync(NpgsqlConnection connection)
    {
        if (await ReadAsync(connection) is not { } timeline)
            return;
        var highest = Math.Max(await _atStart.Value, Interlocked.Read(ref _highest));
        if (timeline < highest)
        {
            // With an inner IOException Npgsql does not try this host again for a while; otherwise each statement would try it first.
            throw new NpgsqlException(
                $"{connection.DataSource} was replaced by another primary "
                + $"(its timeline is {timeline}, the other one's {highest}) and must not be written to:",
                new IOException("stop it, and make it a standby with pg_rewind or pg_basebackup."));
        }

        // When two connections report at the same time, the higher timeline stays.
        while (Interlocked.Read(ref _highest) is var known && known < timeline
            && Interlocked.CompareExchange(ref _highest, timeline, known) != known)
        {
        }
    }

    /// <summary>
    /// The highest timeline of all hosts that answer. It is read once, since this process has seen no promotion before its start.
    /// </summary>
    private static async Task<long> HighestAsync(NpgsqlConnectionStringBuilder connectionString)
    {
        var hosts = connectionString.Host!.Split(',', StringSplitOptions.TrimEntries);
        var timelines = await Task.WhenAll(hosts.Select(host => ProbeAsync(connectionString, host)));
        return timelines.Max() ?? 0;
    }

    private static async Task<long?> ProbeAsync(NpgsqlConnectionStringBuilder connectionString, string host)
    {
        // Npgsql reads a port after a host only where several hosts are named, so the host is named twice.
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
            // A server that does not answer cannot be written to either.
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
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.InsufficientPrivilege
            or PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.UndefinedFunction)
        {
            // A hosted database that hides its timeline keeps clients from replaced primaries itself.
            return null;
        }
    }
}
