using Npgsql;
using Sweep.Client.Local;
using Sweep.Tests.Postgres;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sweep.Tests.Postgres;

/// <summary>One private PostgreSQL for all tests of a run; each test that needs a database gets an empty one of its own.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private readonly string _folder = Path.Combine("/tmp", $"sweep-tests-{Environment.ProcessId}");
    private PrivatePostgres _server = null!;
    private int _databases;

    public async ValueTask InitializeAsync() => _server = await PrivatePostgres.StartAsync(_folder, durable: false);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Creates a user who has only this role. Returns the user's connection string for the migrated database.</summary>
    public static async Task<string> NewUserAsync(string connectionString, string role)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        settings.Username = $"{settings.Database}_{role}";
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var create = source.CreateCommand($"create role {settings.Username} login in role {role}");
        await create.ExecuteNonQueryAsync();
        return settings.ConnectionString;
    }

    /// <summary>Creates a database without tables and returns its connection string.</summary>
    /// <param name="options">Further options of <c>create database</c>.</param>
    public async Task<string> NewDatabaseAsync(string options = "")
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await using var source = NpgsqlDataSource.Create(_server.ConnectionString);
        await using var create = source.CreateCommand($"create database {name} {options}");
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Database = name }.ConnectionString;
    }
}
