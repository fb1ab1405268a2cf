using System.Data.Common;
using Npgsql;

namespace Sweep.Storage.Connections;

/// <summary>The one place where connections to the cluster's database are made.</summary>
public static class Database
{
    private const string AutoPrepare = "Max Auto Prepare";

    // Nothing is set on a connection that outlives a transaction, so there is nothing to reset.
    // A connection that is not needed is closed soon: a server has few, and others wait for them.
    private const string Common =
        "Include Error Detail=true;Application Name=sweep;No Reset On Close=true;Keepalive=30;Timeout=15;Command Timeout=120;Host Recheck Seconds=2;"
        + "Connection Idle Lifetime=6;Connection Pruning Interval=2;";

    /// <summary>
    /// What is stored goes in batches, so that six at once lose nothing against 32 (Sweep.Benchmarks orchestration) and leave the server room for other silos.
    /// </summary>
    private const string Own = Common + "Maximum Pool Size=6;" + AutoPrepare + "=64;Auto Prepare Min Usages=2;";

    /// <summary>
    /// Orleans asks one thing after the other. It has connections of its own, of which one stays open, so that what it must hear soon waits for nothing else.
    /// </summary>
    private const string Orleans = ";Minimum Pool Size=1;Maximum Pool Size=2";

    /// <summary>A pool of connections; of several hosts, to the one that is the primary. Statements that repeat are prepared by themselves.</summary>
    /// <param name="connectionString">As Npgsql takes it; anything set in it replaces a default.</param>
    /// <exception cref="ArgumentException">The connection string has an unknown key or a value of the wrong type.</exception>
    public static NpgsqlDataSource Open(string connectionString) =>
        Open(Own + connectionString, prepares: !new DbConnectionStringBuilder { ConnectionString = connectionString }.ContainsKey(AutoPrepare));

    /// <summary>The connections of Orleans, which looks for silos in the database.</summary>
    public static NpgsqlDataSource OpenForOrleans(string connectionString) => Open(Common + connectionString + Orleans, prepares: false);

    /// <summary>Opens a connection as soon as the server has one, and leaves it in the pool.</summary>
    public static async Task ReserveAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.ConnectAsync(cancellation);
    }

    private static NpgsqlDataSource Open(string connectionString, bool prepares)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        var fence = SeveralHosts.AreNamed(builder.ConnectionStringBuilder) ? new PrimaryFence(new(builder.ConnectionStringBuilder.ConnectionString)) : null;
        if (prepares || fence is not null)
            builder.UsePhysicalConnectionInitializer(connection => CheckAsync(connection, fence, prepares).GetAwaiter().GetResult(), connection => CheckAsync(connection, fence, prepares));
        return builder.Build();
    }

    /// <summary>Looks at a new connection: whether it leads to the right server, and whether to the server itself.</summary>
    private static async Task CheckAsync(NpgsqlConnection connection, PrimaryFence? fence, bool prepares)
    {
        if (prepares)
            await Pooler.RefuseAsync(connection);
        if (fence is not null)
            await fence.CheckAsync(connection);
    }
}
