using Npgsql;

namespace Sweep.Storage.Connections;

/// <summary>
/// A program before the database, such as pgbouncer, that gives one connection of the server to many clients in turn: a statement that was prepared on one is missing
/// on the next. It gives itself away: the process that it says serves the connection is not the one that does.
/// </summary>
internal static class Pooler
{
    private const string Question = "select pg_backend_pid()";

    /// <exception cref="PoolerException">There is one.</exception>
    public static async Task RefuseAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Question, connection);
        Refuse(connection.ProcessID, await command.ExecuteScalarAsync());
    }

    private static void Refuse(int said, object? serves)
    {
        if (serves is int process && process != said)
            throw new PoolerException();
    }
}

/// <summary>A pooler stands before the database, and the connection string does not say so.</summary>
public sealed class PoolerException() : Exception(
    "a pooler such as pgbouncer stands before the database, where prepared statements get lost: add Max Auto Prepare=0 to the connection string (or name the server itself).");
