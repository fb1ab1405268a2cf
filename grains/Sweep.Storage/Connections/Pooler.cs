using Npgsql;

namespace Sweep.Storage.Connections;

/// <summary>
/// Finds out whether a pooler such as pgbouncer stands before the database. A pooler gives each connection of the server to many clients in
/// turn, so a statement that was prepared on one connection may be missing on the next. A connection through a pooler is recognized by the
/// process id that it was given at its start: it differs from that of the server's process.
/// </summary>
internal static class Pooler
{
    private const string ServerProcess = "select pg_backend_pid()";

    /// <exception cref="PoolerException">The connection goes through a pooler.</exception>
    public static async Task RefuseAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(ServerProcess, connection);
        if (await command.ExecuteScalarAsync() is int process && process != connection.ProcessID)
            throw new PoolerException();
    }
}

/// <summary>A pooler stands before the database, and the connection string allows prepared statements.</summary>
public sealed class PoolerException() : Exception(
    "a pooler such as pgbouncer stands before the database, where prepared statements get lost: "
    + "add Max Auto Prepare=0 to the connection string (or name the server itself).");
