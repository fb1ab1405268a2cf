using Npgsql;
using Sweep.Client.Local;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Client;

/// <summary>Compares the output of <c>sweep sql</c> with that of the real psql.</summary>
public sealed class SqlCommandTests(PostgresServer server) : IAsyncLifetime
{
    private static readonly string[] Values =
    [
        "array[1, null, 3]", "array[[1, 2], [3, 4]]", "array['a \"b\"', null]", "interval '1 month 2 days 03:04:05.6'",
        "interval '-1 year'",
        "12345678901234567890123456789.0123456789", "1e-20::numeric", "'NaN'::numeric", "'Infinity'::numeric", "1e300::float8",
        "'-Infinity'::float8", "0.1::float4",
        "'pg_class'::regclass", "'pg_class'::regclass::oid", "date '0044-03-15 BC'", "date 'infinity'", "timestamp '-infinity'",
        "timestamptz '2026-11-26 17:05:00.123456+02'", "timestamp '10000-01-01'", "time '24:00'", "timetz '12:00+05:30'",
        "inet '10.0.0.7/24'", "cidr '10.0.0.0/8'", "macaddr '08:00:2b:01:02:03'",
        "int4range(1, 5)", "tstzrange(null, 'infinity')", "int4multirange(int4range(1, 2), int4range(4, 6))",
        "row(1, 'a b', null)", "'(1,\"to be\")'::pair", "'to be'::mood",
        "3::information_schema.cardinal_number", "b'101'", "b'101'::varbit", "12.5::money",
        "'<a>b</a>'::xml", "'{\"a\": [1, null]}'::jsonb", "'{\"a\" : 1}'::json",
        "'\\x00ff'::bytea", "'to be'::tsvector", "'to & be'::tsquery", "point(1, 2)", "box(point(1, 2), point(3, 4))",
        "pg_lsn '16/B374D848'", "'to be'", "null",
        "uuid 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'a'::\"char\"", "' padded'::char(10)", "pg_sleep(0)",
        "'(0,1)'::tid", "txid_current_snapshot() is null", "'$.a'::jsonpath",
    ];

    private string _database = "";

    public async ValueTask InitializeAsync()
    {
        _database = await server.NewDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(_database);
        await using var create = source.CreateCommand("create type mood as enum ('to be'); create type pair as (number int, text text)");
        await create.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Every_type_is_shown_as_psql_shows_it()
    {
        const string separator = "\u001f";
        var query = $"select {string.Join(", ", Values.Select((value, index) => $"{value} as v{index}"))}";
        var output = await PostgresProgram.RunAsync(
            "psql", _database, ["-XAtq", "-F", separator, "-c", query], _ => { }, TestContext.Current.CancellationToken);
        var expected = output.TrimEnd('\n').Split(separator);
        await using var source = NpgsqlDataSource.Create(_database);
        var result = await new Sweep.Storage.Reading.SweepReader(source).QueryAsync(query, TestContext.Current.CancellationToken);
        Assert.Equal(expected.Zip(Values), result.Rows[0].Select(value => value ?? "").Zip(Values));
        Assert.Equal((0, ""), await RunAsync(query) is var table ? (table.Code, table.Error) : default);
        Assert.Equal((0, ""), await RunAsync(query, "-o", "json") is var json ? (json.Code, json.Error) : default);
    }

    [Fact]
    public async Task Json_output_keeps_numbers_and_documents_and_every_column()
    {
        var (code, output, _) = await RunAsync(
            "select 1 a, 2 a, 3 a_2, 4 a, 'NaN'::float8 b, 12345678901234567890.50 c, true d, " +
                "'{\"k\": [1, null]}'::jsonb e, array[1, null] f, null g, '7' h, 1e-7::float8 i",
            "-o",
            "json");
        Assert.Equal(0, code);
        Assert.Equal(
            """[{"a":1,"a_3":2,"a_2":3,"a_4":4,"b":null,"c":12345678901234567890.50,"d":true,"e":""" +
                """{"k":[1,null]},"f":"{1,NULL}","g":null,"h":"7","i":1e-07}]""",
            System.Text.RegularExpressions.Regex.Replace(output, @"\s", ""));
    }

    [Theory]
    [InlineData("select nothing", "sweep: QUERY:1:8: column \"nothing\" does not exist.")]
    [InlineData("select 1,\n  é frm x", "sweep: QUERY:2:9: syntax error at or near \"x\".")]
    [InlineData("select 1 / 0", "sweep: QUERY: division by zero.")]
    [InlineData("select 1;\nselect 2", "sweep: QUERY: cannot insert multiple commands into a prepared statement.")]
    [InlineData("copy (select 1) to stdout", "sweep: QUERY: found a copy, whose rows come another way;")]
    [InlineData("  ", "sweep: QUERY: found nothing; expected a query")]
    [InlineData("create table mine ()", "sweep: QUERY: cannot execute CREATE TABLE in a read-only transaction.")]
    [InlineData("select 1 \\gexec", "sweep: QUERY:1:10: syntax error at or near \"\\\".")]
    public async Task A_wrong_query_is_refused_in_one_line_with_the_position_of_the_error(string query, string expected)
    {
        var (code, output, error) = await RunAsync(query);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith(expected, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData("select", "1 row without columns.\n", "[\n  {}\n]\n")]
    [InlineData("select where false", "No rows.\n", "[]\n")]
    [InlineData("select 1 as a where false", "No rows.\n", "[]\n")]
    [InlineData("set work_mem = '8MB'", "No rows.\n", "[]\n")]
    [InlineData("-- only a comment", "No rows.\n", "[]\n")]
    [InlineData("select 1 as a;", "a\n1\n", "[\n  {\n    \"a\": 1\n  }\n]\n")]
    public async Task A_query_without_rows_or_columns_is_answered(string query, string table, string json)
    {
        Assert.Equal((0, table, ""), await RunAsync(query));
        Assert.Equal((0, json, ""), await RunAsync(query, "-o", "json"));
    }

    [Fact]
    public async Task A_notice_of_the_server_is_not_part_of_the_answer() =>
        Assert.Equal((0, "No rows.\n", "NOTICE: hear me\n"), await RunAsync("do $$ begin raise notice 'hear me'; end $$"));

    private Task<(int Code, string Output, string Error)> RunAsync(string query, params string[] more) =>
        Samples.RunAsync(["sql", "--postgres", _database, .. more, "--", query]);
}
