using Npgsql;

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
}
