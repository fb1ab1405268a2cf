using Npgsql;
using Sweep.Client.Local;
using Sweep.Storage.Connections;

namespace Sweep.Tests.Postgres;

/// <summary>Tests the addresses of databases that psql and Sweep must understand alike.</summary>
public sealed class AddressTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("to be", "ada")]
    [InlineData("a=b 'c' \\d/e?f#g%h&i@j:k;l", "it's %41 me@work:1")]
    [InlineData("été 漢字", "ünï")]
    [InlineData("postgresql://nowhere/x", "host=nowhere")]
    public async Task Names_with_special_characters_survive_a_uri_keywords_and_pg_dump(string database, string user)
    {
        var plain = new NpgsqlConnectionStringBuilder(await server.NewDatabaseAsync());
        await using (var source = NpgsqlDataSource.Create(plain.ConnectionString))
        {
            await source.CreateCommand($"create database {Quoted(database)}").ExecuteNonQueryAsync(Cancellation);
            await source.CreateCommand($"create role {Quoted(user)} login superuser").ExecuteNonQueryAsync(Cancellation);
        }

        // The path of the socket's folder needs escaping too.
        var home = Path.Combine(Directory.CreateTempSubdirectory("sweep-address-").FullName, "a b%20?#&@'\\;é");
        Directory.CreateSymbolicLink(home, plain.Host!);
        var stated = new NpgsqlConnectionStringBuilder
        {
            Host = home,
            Database = database,
            Username = user,
            Password = "not asked for",
        }.ConnectionString;
        var uri = PostgresAddress.ToUri(stated);
        var keywords = string.Join(' ', LibpqSettings.Of(new(stated)).Select(pair => LibpqSettings.Keyword(pair.Key, pair.Value)));
        const string query = "select current_database() || '|' || current_user";
        foreach (var address in new[] { uri, keywords })
            Assert.Equal($"{database}|{user}\n", await PsqlAsync(address, "-XAtc", query));
        Assert.Equal($"{database}|{user}\n", await PostgresProgram.RunAsync("psql", stated, ["-XAtc", query], _ => { }, Cancellation));
        foreach (var address in new[] { uri, keywords, stated })
        {
            await using var source = NpgsqlDataSource.Create(PostgresAddress.Parse(address));
            Assert.Equal($"{database}|{user}", await source.CreateCommand(query).ExecuteScalarAsync(Cancellation));
        }

        Assert.Contains(
            "-- Dumped from database",
            await PostgresProgram.RunAsync("pg_dump", PostgresAddress.Parse(keywords), [], _ => { }, Cancellation),
            StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(home)!, recursive: true);
    }

    [Theory]
    [InlineData("Host=127.0.0.1:1,[::1]:2", "postgresql://127.0.0.1:1,[::1]:2/")]
    [InlineData(
        "Host=127.0.0.1,127.0.0.2;Port=1;Target Session Attributes=Primary",
        "postgresql://127.0.0.1:1,127.0.0.2:1/?target_session_attrs=primary")]
    [InlineData("Host=::1;Port=1;Database=a", "postgresql://[::1]:1/a")]
    [InlineData("postgresql://ada@[::1]:1,127.0.0.1:2/a?connect_timeout=3", "postgresql://ada@[::1]:1,127.0.0.1:2/a?connect_timeout=3")]
    [InlineData("host=127.0.0.1,::1 port=1,2 dbname=a user=ada", "postgresql://ada@127.0.0.1:1,[::1]:2/a")]
    [InlineData("host=/nowhere/a,/nowhere/b port=1", "postgresql:///?host=/nowhere/a,/nowhere/b&port=1")]
    [InlineData("postgresql://%2Fnowhere%2Fa:1/b", "postgresql:///b?host=/nowhere/a&port=1")]
    [InlineData("postgresql://ada@127.0.0.1:1/a?user=eve&dbname=b", "postgresql://eve@127.0.0.1:1/b")]
    public async Task Psql_connects_to_every_host_at_its_port(string text, string uri)
    {
        var stated = PostgresAddress.Parse(text);
        Assert.Equal(uri, PostgresAddress.ToUri(stated));
        Assert.Equal(uri, PostgresAddress.ToUri(PostgresAddress.Parse(uri)));
        var refused = await RefusalAsync(null, uri);
        Assert.Equal(refused, await RefusalAsync(stated));
        var settings = LibpqSettings.Of(new(stated)).ToDictionary();
        foreach (var (host, port) in settings["host"].Split(',').Zip(
            settings["port"].Contains(',', StringComparison.Ordinal)
                ? settings["port"].Split(',')
                : Enumerable.Repeat(settings["port"], 9)))
            Assert.Contains(
                host.StartsWith('/') ? $"\"{host}/.s.PGSQL.{port}\"" : $"\"{host}\", port {port} failed", refused,
                StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("host = db  dbname = 'to \\'be\\\\' user=a\\ b password=x;y", "postgresql://a%20b:x%3By@db:5432/to%20%27be%5C")]
    [InlineData(
        "host=db sslmode=verify-full sslrootcert=/ca.crt channel_binding=require client_encoding=utf8",
        "postgresql://db:5432/?sslmode=verify-full&sslrootcert=/ca.crt&channel_binding=require")]
    [InlineData("host=db;database=sweep", "postgresql://db:5432/sweep")]
    [InlineData("host=db", "postgresql://db:5432/")]
    [InlineData("postgresql://db/sweep?ssl=true", "postgresql://db:5432/sweep?sslmode=require")]
    [InlineData("postgres://db", "postgresql://db:5432/")]
    [InlineData(
        "postgresql://db/sweep?options=-c%20statement_timeout%3D5s", "postgresql://db:5432/sweep?options=-c%20statement_timeout%3D5s")]
    public void The_keywords_of_psql_are_accepted(string text, string uri) =>
        Assert.Equal(uri, PostgresAddress.ToUri(PostgresAddress.Parse(text)));

    [Theory]
    [InlineData("postgresql://db/sweep?service=other", "found service, which psql takes and Sweep does not; leave it out.")]
    [InlineData("host=db hostaddr=10.0.0.7", "found hostaddr, which psql takes and Sweep does not; leave it out.")]
    [InlineData("host=db sslmod=require", "found sslmod, which is no setting of a connection.")]
    [InlineData("postgresql://db/sweep?sslmode=strict", "found a value of sslmode that is not taken.")]
    [InlineData("postgresql://ada:50%@db/sweep", "found a % without two hexadecimal digits behind it; write %25 for the character itself.")]
    [InlineData("postgresql://db:70000/sweep", "found the port 70000; expected a number from 1 to 65535.")]
    [InlineData("Host=db:port", "found the port port; expected a number from 1 to 65535.")]
    [InlineData("host=a,b,c port=1,2", "found 3 hosts and 2 ports; write one port, or one for each host.")]
    [InlineData("postgresql:///sweep", "found no host.")]
    [InlineData("dbname=sweep", "found no host.")]
    [InlineData("host=db user=ada password='it''s'", "Format of the initialization string does not conform")]
    [InlineData("Host=a,,b", "found a host without a name.")]
    [InlineData(
        "host=db user=ada dbname", "found blanks within a host's name; between quotes write \\' for a quote and \\\\ for a backslash.")]
    public void Keywords_that_are_not_accepted_are_named(string text, string expected)
    {
        var message = Assert.Throws<FormatException>(() => PostgresAddress.Parse(text)).Message;
        Assert.StartsWith(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    private static async Task<string> RefusalAsync(string? connectionString, params string[] arguments)
    {
        var lines = new List<string>();
        await Assert.ThrowsAsync<LocalClusterException>(
            () => PostgresProgram.RunAsync("psql", connectionString, [.. arguments, "-c", ""], lines.Add, Cancellation));
        return string.Join('\n', lines);
    }

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Runs psql with an address on its command line, as in <c>psql "$(sweep db url)"</c>.</summary>
    private static Task<string> PsqlAsync(string address, params string[] arguments) =>
        PostgresProgram.RunAsync("psql", null, [address, .. arguments], _ => { }, Cancellation);
}
