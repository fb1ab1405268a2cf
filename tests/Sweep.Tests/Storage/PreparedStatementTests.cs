using Npgsql;
using Sweep.Storage.Connections;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Storage;

/// <summary>Tests that a statement that was refused once goes on to work, at whichever of its uses that was.</summary>
public sealed class PreparedStatementTests(PostgresServer server)
{
    private const string Sql = "select x from unnest($1::integer[]) as x where 1 / x = 1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_statement_that_is_refused_at_any_of_its_uses_gives_its_rows_at_the_next(int refused)
    {
        // All uses are of the same connection.
        await using var source = Database.Open(await server.NewDatabaseAsync() + ";Maximum Pool Size=1");
        for (var use = 1; use <= 5; use++)
        {
            if (use != refused)
                Assert.Equal([1], await RowsAsync(source, 1));
            else
                Assert.Equal("22012", (await Assert.ThrowsAsync<PostgresException>(() => RowsAsync(source, 0))).SqlState);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_value_that_cannot_be_sent_is_refused_alone(int refused)
    {
        await using var source = Database.Open(await server.NewDatabaseAsync() + ";Maximum Pool Size=1");
        for (var use = 1; use <= 5; use++)
        {
            if (use != refused)
                Assert.Equal("x", await ValueAsync(source, "x"));
            else
                Assert.Equal("22021", (await Assert.ThrowsAsync<PostgresException>(() => ValueAsync(source, "\0"))).SqlState);
        }
    }

    private static Task<IReadOnlyList<int>> RowsAsync(NpgsqlDataSource source, int x) =>
        source.Statement(Sql, new[] { x }).RowsAsync(row => row.GetInt32(0), Cancellation);

    private static Task<string?> ValueAsync(NpgsqlDataSource source, string text) =>
        source.Statement("select $1::text", text).ValueAsync<string>(Cancellation);
}
