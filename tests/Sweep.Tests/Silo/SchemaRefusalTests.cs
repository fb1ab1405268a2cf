using System.Diagnostics;
using Npgsql;
using Sweep.Client.Local;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Silo;

/// <summary>Starts the silo's program on databases that it cannot use.</summary>
public sealed class SchemaRefusalTests(PostgresServer server)
{
    [Fact]
    public async Task A_newer_database_is_refused() =>
        await RefusedAsync(
            "insert into schema_versions (version, name, sha256) values (999, '999-newer.sql', 'x')", "postgres",
            "postgres: the cluster's database cannot be used: "
                + "The database is newer than this program: found 999-newer.sql, this program ends with");

    [Fact]
    public async Task An_older_database_is_refused_when_the_user_is_only_a_worker() =>
        await RefusedAsync(
            "delete from schema_versions where version = (select max(version) from schema_versions)", "sweep_worker",
            "postgres: the cluster's database cannot be used: The database is older than this program: it lacks ");

    private async Task RefusedAsync(string change, string role, string expected)
    {
        var database = await server.NewDatabaseAsync();
        await using (var source = Database.Open(database))
        {
            await Migrator.MigrateAsync(source, TestContext.Current.CancellationToken);
            await using var command = source.CreateCommand(change);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        if (role != "postgres")
            database = await PostgresServer.NewUserAsync(database, role);
        var program = SiloProgram.Find();
        using var silo = Process.Start(new ProcessStartInfo(program[0], [.. program.Skip(1), "--devices", "cpu"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["SWEEP_POSTGRES"] = new NpgsqlConnectionStringBuilder(database).ConnectionString },
        })!;
        var output = silo.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await silo.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await silo.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((3, ""), (silo.ExitCode, await output));
        Assert.StartsWith(expected, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
        if (role != "postgres")
            Assert.EndsWith("Run `sweep db migrate` with a connection as sweep_owner.\n", error, StringComparison.Ordinal);
    }
}
