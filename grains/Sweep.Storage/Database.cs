using Npgsql;

namespace Sweep.Storage;

/// <summary>The one place where connections to the cluster's database are made.</summary>
public static class Database
{
    // What the caller's connection string says comes later and so wins. Nothing is set on a connection that outlives a transaction, so there is nothing to reset.
    private const string Defaults =
        "Include Error Detail=true;Application Name=sweep;Maximum Pool Size=32;Max Auto Prepare=64;Auto Prepare Min Usages=2;No Reset On Close=true;Keepalive=30;Timeout=15;Command Timeout=120;Host Recheck Seconds=2;";

    /// <summary>A pool of connections; of several hosts, to the one that is the primary. Statements that repeat are prepared by themselves.</summary>
    /// <param name="connectionString">As Npgsql takes it; anything set in it replaces a default.</param>
    /// <exception cref="ArgumentException">The connection string has an unknown key or a value of the wrong type.</exception>
    public static NpgsqlDataSource Open(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(Defaults + connectionString);
        if (SeveralHosts.AreNamed(builder.ConnectionStringBuilder))
        {
            var fence = new PrimaryFence(new(builder.ConnectionStringBuilder.ConnectionString));
            builder.UsePhysicalConnectionInitializer(connection => fence.CheckAsync(connection).GetAwaiter().GetResult(), fence.CheckAsync);
        }

        return builder.Build();
    }
}
