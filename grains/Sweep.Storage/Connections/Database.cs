using System.Data.Common;
using Npgsql;

namespace Sweep.Storage.Connections;

/// <summary>The one place where connections to the cluster's database are made.</summary>
public static class Database
{
    private const string AutoPrepare = "Max Auto Prepare";

    // Sweep sets nothing on a connection for longer than a transaction, so a connection needs no reset before its next use.
    // A connection that is not needed is closed soon: a server has few, and others wait for them.
    private const string Common =
        "Include Error Detail=true;Application Name=sweep;No Reset On Close=true;Keepalive=30;Timeout=15;Command Timeout=120;"
        + "Host Recheck Seconds=2;Connection Idle Lifetime=6;Connection Pruning Interval=2;";

    /// <summary>
    /// Six connections are as fast as 32 (Sweep.Benchmarks orchestration), since rows are stored in batches, and they leave the server room
    /// for other silos.
    /// </summary>
    private const string Own = Common + "Maximum Pool Size=6;" + AutoPrepare + "=64;Auto Prepare Min Usages=2;";

    /// <summary>
    /// Orleans sends one query after the other. It has a pool of its own, of which one connection stays open, so that its queries, whose
    /// answers are urgent, never wait for a connection.
    /// </summary>
    private const string Orleans = ";Minimum Pool Size=1;Maximum Pool Size=2";

    /// <summary>
    /// Opens a pool of connections; where several hosts are named, the pool leads to the primary. Statements that repeat are prepared.
    /// </summary>
    /// <param name="connectionString">In Npgsql's form; anything set in it replaces a default.</param>
    /// <exception cref="ArgumentException">The connection string has an unknown key or a value of the wrong type.</exception>
    public static NpgsqlDataSource Open(string connectionString)
    {
        var stated = new DbConnectionStringBuilder { ConnectionString = connectionString };
        return Open(Own + connectionString, prepares: !stated.ContainsKey(AutoPrepare));
    }

    /// <summary>Opens the connections of Orleans, which looks for silos in the database.</summary>
    public static NpgsqlDataSource OpenForOrleans(string connectionString) => Open(Common + connectionString + Orleans, prepares: false);

    /// <summary>Opens a connection as soon as the server has one, and leaves it in the pool.</summary>
    public static async Task ReserveAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.ConnectAsync(cancellation);
    }

    private static NpgsqlDataSource Open(string connectionString, bool prepares)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        var fence = SeveralHosts.AreNamed(builder.ConnectionStringBuilder)
            ? new PrimaryFence(new(builder.ConnectionStringBuilder.ConnectionString))
            : null;
        if (prepares || fence is not null)
        {
            builder.UsePhysicalConnectionInitializer(
                connection => CheckAsync(connection, fence, prepares).GetAwaiter().GetResult(),
                connection => CheckAsync(connection, fence, prepares));
        }

        return builder.Build();
    }

    /// <summary>Checks that a new connection leads to the right server, and that no pooler is between.</summary>
    private static async Task CheckAsync(NpgsqlConnection connection, PrimaryFence? fence, bool prepares)
    {
        if (prepares)
            await Pooler.RefuseAsync(connection);
        if (fence is not null)
            await fence.CheckAsync(connection);
    }
}
