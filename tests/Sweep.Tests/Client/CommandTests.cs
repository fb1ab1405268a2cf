using System.Text.Json;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Client;

/// <summary>Runs commands that only read, on a real database.</summary>
public sealed class CommandTests(PostgresServer server)
{
    [Fact]
    public async Task An_empty_database_has_no_tables_until_migrated_and_then_no_sweeps()
    {
        var database = await server.NewDatabaseAsync();
        var (code, _, error) = await Run(database, "list");
        Assert.Equal(3, code);
        Assert.Contains("sweep db migrate", error);

        Assert.StartsWith("Applied: 001", (await Run(database, "db", "migrate")).Output);
        Assert.Equal("The tables are up to date.\n", (await Run(database, "db", "migrate")).Output);
        Assert.Equal((0, "No sweeps yet.\n", ""), await Run(database, "list"));
        Assert.Equal((0, "[]\n", ""), await Run(database, "workers", "-o", "json"));
        Assert.Equal((2, "", "sweep: No sweep is named letters. There are no sweeps yet.\n"), await Run(database, "report", "letters"));
    }

    [Fact]
    public async Task Sql_answers_a_query_and_refuses_wrong_and_writing_ones_as_wrong_input()
    {
        var database = await server.NewDatabaseAsync();
        var (_, json, _) = await Run(database, "sql", "select 42 as answer, 0.5::float8 as half, null as nothing", "-o", "json");
        var row = JsonDocument.Parse(json).RootElement[0];
        Assert.Equal(
            (42, 0.5, JsonValueKind.Null),
            (row.GetProperty("answer").GetInt32(), row.GetProperty("half").GetDouble(), row.GetProperty("nothing").ValueKind));
        Assert.Equal(2, (await Run(database, "sql", "selct 1")).Code);
        Assert.Contains("read-only", (await Run(database, "sql", "create table x (y int)")).Error);
    }

    [Fact]
    public async Task A_missing_database_ends_a_command_with_one_line_and_exit_code_3()
    {
        var (code, _, error) = await Run("Host=/tmp/nowhere-at-all;Timeout=2", "list");
        Assert.Equal(3, code);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    private static Task<(int Code, string Output, string Error)> Run(string database, params string[] line) =>
        Samples.RunAsync([.. line, "--postgres", database]);
}
