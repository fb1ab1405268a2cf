using Npgsql;
using Sweep.Client.Local;

namespace Sweep.Tests.Postgres;

public sealed class PrivatePostgresTests(PostgresServer server)
{
    [Fact]
    public async Task A_new_database_answers()
    {
        await using var source = NpgsqlDataSource.Create(await server.NewDatabaseAsync());
        await using var command = source.CreateCommand("select 6 * 7");
        Assert.Equal(42, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_server_that_cannot_start_is_reported_at_once_with_its_message()
    {
        var folder = Directory.CreateDirectory(Path.Combine("/tmp", $"sweep-broken-{Environment.ProcessId}")).FullName;
        try
        {
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "data")).FullName, "PG_VERSION"), "1\n");
            var start = PrivatePostgres.StartAsync(folder, cancellation: TestContext.Current.CancellationToken);

            var error = await Assert.ThrowsAsync<LocalClusterException>(
                () => start.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

            Assert.Matches($"^PostgreSQL in {folder} does not answer: .*data", error.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
