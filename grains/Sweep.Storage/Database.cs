using System.Data.Common;
using Npgsql;

namespace Sweep.Storage;

/// <summary>The one place where connections to the cluster's database are made.</summary>
public static class Database
{
    private const string AutoPrepare = "Max Auto Prepare";

    // Nothing is set on a connection that outlives a transaction, so there is nothing to reset.
    private const string Common = "Include Error Detail=true;Application Name=sweep;No Reset On Close=true;Keepalive=30;Timeout=15;Command Timeout=120;";

    /// <summary>
    /// What is stored goes in batches, so that six at once lose nothing against 32 (Sweep.Benchmarks orchestration) and leave the server room for other silos.
    /// </summary>
    private const string Own = Common + "Maximum Pool Size=6;" + AutoPrepare + "=64;Auto Prepare Min Usages=2;";

    /// <summary>
    /// Orleans asks one thing after the other. It has connections of its own, of which one stays open, so that what it must hear soon waits for nothing else.
    /// </summary>
    private const string Orleans = ";Minimum Pool Size=1;Maximum Pool Size=2";

    /// <summary>A pool of connections. Statements that repeat are prepared by themselves.</summary>
    /// <param name="connectionString">As Npgsql takes it; anything set in it replaces a default.</param>
    /// <exception cref="ArgumentException">The connection string has an unknown key or a value of the wrong type.</exception>
    public static NpgsqlDataSource Open(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(Own + connectionString);
        if (!new DbConnectionStringBuilder { ConnectionString = connectionString }.ContainsKey(AutoPrepare))
            builder.UsePhysicalConnectionInitializer(Pooler.Refuse, Pooler.RefuseAsync);
        return builder.Build();
    }

    /// <summary>The connection string for Orleans, which looks for silos in the database.</summary>
    public static string ForOrleans(string connectionString) => Common + connectionString + Orleans;

    /// <summary>Opens the connection that Orleans will use, as soon as the server has one: Orleans itself would not wait for it, and not start.</summary>
    public static async Task ReserveForOrleansAsync(string connectionString, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(ForOrleans(connectionString));
        await FullServer.WhenItHasRoomAsync(
            async () =>
            {
                await connection.OpenAsync(cancellation);
                return true;
            },
            cancellation);
    }
}
