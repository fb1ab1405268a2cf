using Npgsql;
using Sweep.Client.Commands;
using Sweep.Storage;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;
using Sweep.Tests.Client;

namespace Sweep.Tests.Postgres;

/// <summary>Tests who may connect to a server that deploy/postgres set up, how, and what for.</summary>
public sealed class DeployedPostgresTests(DeployedPostgres server) : IClassFixture<DeployedPostgres>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void The_script_prints_nothing_not_even_a_password() => Assert.Equal("", server.Output);

    [Fact]
    public async Task The_owner_migrates_the_worker_starts_and_the_reader_reads()
    {
        await using var owner = Database.Open(server.ConnectionString("sweep_owner"));
        await Migrator.MigrateAsync(owner, Cancellation);
        await using var worker = Database.Open(server.ConnectionString("sweep_worker"));
        Assert.Empty(await Migrator.MigrateAsync(worker, Cancellation));
        await new WorkerStore(worker).SeenAsync(new("deployed", "host", 1, ["cpu"], []), new(0), Cancellation);
        await using var reader = Database.Open(server.ConnectionString("sweep_reader"));
        Assert.Equal("deployed", await ScalarAsync(reader, "select name from workers"));
        Assert.Equal("TLSv1.3", await ScalarAsync(reader, "select version from pg_stat_ssl where pid = pg_backend_pid()"));
        foreach (var (role, source) in new[] { ("worker", worker), ("reader", reader) })
        {
            foreach (var attack in (string[])[
                "create table mine ()", "create temporary table mine ()", "create schema mine", "create role mine", "set role sweep_owner",
                "drop table workers",
            ])
                Assert.Equal(
                    (role, attack, "42501"),
                    (role, attack, (await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(source, attack))).SqlState));
        }
    }

    [Theory]
    [InlineData("SSL Mode=Disable", "no pg_hba.conf entry")]
    [InlineData("SSL Mode=VerifyFull;Root Certificate=/stranger", "The server's certificate must name the host")]
    [InlineData("SSL Mode=VerifyFull;Password=guess", "password authentication failed")]
    [InlineData("SSL Mode=VerifyFull;Username=postgres", "no pg_hba.conf entry")]
    [InlineData("SSL Mode=VerifyFull;Database=postgres", "no pg_hba.conf entry")]
    [InlineData("SSL Mode=VerifyFull;Host=localhost", "The server's certificate must name the host")]
    public async Task Everybody_else_is_refused_in_one_line(string change, string reason)
    {
        var settings = new NpgsqlConnectionStringBuilder(server.ConnectionString("sweep_worker"));
        foreach (var (key, value) in new NpgsqlConnectionStringBuilder(change))
            settings[key] = Equals(value, "/stranger") ? server.OtherAuthority : value;
        var (terminal, _, error) = Samples.Terminal();
        Assert.Equal(3, await CommandLine.RunAsync(["list", "--postgres", settings.ConnectionString], terminal, Cancellation));
        Assert.Contains(reason, error.ToString(), StringComparison.Ordinal);
        Assert.Single(error.ToString().TrimEnd('\n').Split('\n'));
        Assert.DoesNotContain("it's", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_line_takes_the_password_from_a_file_and_psql_style_addresses()
    {
        await using (var owner = Database.Open(server.ConnectionString("sweep_owner")))
            await Migrator.MigrateAsync(owner, Cancellation);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, server.Password("sweep_reader"), Cancellation);
        var (terminal, output, error) = Samples.Terminal();
        var address = $"postgresql://sweep_reader@127.0.0.1:{server.Port}/sweep?sslmode=verify-full&sslrootcert={server.Authority}";
        Assert.Equal(
            (0, ""),
            (await CommandLine.RunAsync(["list", "--postgres", address, "--postgres-password-file", file], terminal, Cancellation),
                error.ToString()));
        Assert.Equal("No sweeps yet.\n", output.ToString());
        File.Delete(file);
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
