using Npgsql;
using Sweep.Domain.Protocol;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Simulation;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;
using Sweep.Tests.Client;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Storage;

/// <summary>Tries every read and write as each role: a role can do what its programs need and nothing else.</summary>
public sealed class RoleTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_may_do_all_that_silos_and_the_command_line_need()
    {
        var administrator = await MigratedAsync();
        var worker = await PostgresServer.NewUserAsync(administrator, "sweep_worker");
        using var gate = new SemaphoreSlim(40 + 45);
        await using var silo = await TestSilo.StartAsync(
            server,
            new()
            {
                Gate = gate,
                FinalCheckpoint = true,
                Environment = new("2.10.0", "AMD EPYC", "AVX2", 1, "cpu"),
                Fault = (train, epoch) => train.Trial % 1_000_000 == 2 && epoch == 3 && train.Trial < 2_000_000
                    ? new TrainerEvent.Failed(FailureReason.Diverged, "not finite")
                    : null,
            },
            connectionString: worker);
        using var measured = new SiloMeasurements(silo.Meters);
        var failing = await silo.SubmitAsync(SimulatedSweep.Spec("life", silo.Dataset, trials: 4, checkpoint: new(Every: 0)));
        Assert.Equal((3, 1), await silo.EndAsync(failing) is var end ? (end.Succeeded, end.Failed) : default);

        var paused = await silo.SubmitAsync(SimulatedSweep.Spec("paused", silo.Dataset, trials: 8, epochs: 10));
        await silo.UntilAsync(paused, sweep => sweep.Running > 0, "a trial to run");
        await RunAsync(worker, "pause", "paused");
        await silo.UntilAsync(paused, sweep => sweep.State == SweepState.Paused && sweep.Running == 0, "the sweep to be paused");
        gate.Release(1000);
        await RunAsync(worker, "resume", "paused", "--detach");
        Assert.Equal(8, (await silo.EndAsync(paused)).Succeeded);

        await RunAsync(worker, "retry", "life/2", "--detach");
        await silo.EndAsync(failing);
        foreach (var line in (string[])[
            "list", "show life", "show life/2", "report life", "logs life/1", "workers", "export life --what epochs",
            "prune --older-than 0m --keep-best 1 --yes",
        ])
            await RunAsync(worker, line.Split(' '));
        Assert.Equal([12L], await silo.QueryAsync<long>("select count(distinct trial_id) from attempts"));
        await RunAsync(worker, "delete", "paused", "--yes");
        Assert.Equal(["life"], await silo.QueryAsync<string>("select name from sweeps"));
        Assert.Null(measured.Read("sweep.storage.failures"));
    }

    [Theory]
    [InlineData("create table mine ()")]
    [InlineData("create view mine as select 1")]
    [InlineData("drop table epochs")]
    [InlineData("truncate epochs")]
    [InlineData("alter table epochs add column mine integer")]
    [InlineData("create index on epochs (attempt)")]
    [InlineData("create or replace view leaderboard as select 1")]
    [InlineData("insert into schema_versions (version, name, sha256) values (999, '', '')")]
    [InlineData("update schema_versions set sha256 = ''")]
    [InlineData("delete from schema_versions")]
    [InlineData("update datasets set bytes = ''")]
    [InlineData("update folders set bytes = ''")]
    [InlineData("update sweeps set spec = '{}'")]
    [InlineData("update trials set params = '{}'")]
    [InlineData("update trial_events set detail = ''")]
    [InlineData("update attempts set torch = ''")]
    [InlineData("delete from workers")]
    [InlineData("set role sweep_owner")]
    public async Task A_worker_may_not_change_tables_nor_what_is_stored_once(string attack)
    {
        await using var source = NpgsqlDataSource.Create(await UserAsync("sweep_worker"));
        var error = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(source, attack));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
    }

    [Fact]
    public async Task A_reader_that_writes_is_refused_on_every_table_also_by_the_command_line()
    {
        var reader = await UserAsync("sweep_reader");
        await using var source = NpgsqlDataSource.Create(reader);
        var tables = await new Sweep.Storage.Reading.SweepReader(source).QueryAsync(
            """
            select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum = 1
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')
            """,
            Cancellation);
        Assert.True(tables.Rows.Count > 15);
        foreach (var (table, column) in tables.Rows.Select(row => ((string)row[0]!, (string)row[1]!)))
        {
            await ExecuteAsync(source, $"select * from {table} limit 1");
            foreach (var attack in (string[])[
                $"insert into {table} default values", $"update {table} set {column} = {column}", $"delete from {table}",
                $"truncate {table}", $"drop table {table}",
            ])
            {
                var error = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(source, attack));
                // PostgreSQL refuses a write to a computed view with a code of its own, before it checks the user's rights.
                Assert.True(
                    error.SqlState is "42501" or "55000" or "0A000" or "42809" or "428C9",
                    $"{attack}: {error.SqlState} {error.MessageText}");
            }

            var (code, said) = await TryAsync(reader, "sql", $"delete from {table}");
            Assert.Equal(2, code);
            Assert.StartsWith("sweep: QUERY: ", said, StringComparison.Ordinal);
        }

        foreach (var sequence in (string[])["select nextval('sweep_ids')", "select setval('sweep_ids', 1)"])
            Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(source, sequence))).SqlState);
        Assert.Equal(0, (await TryAsync(reader, "list")).Code);
    }

    [Theory]
    [InlineData("delete from workers")]
    [InlineData("drop table epochs")]
    [InlineData("select nextval('sweep_ids')")]
    [InlineData("set transaction read write")]
    [InlineData("reset role")]
    [InlineData("copy workers to '/tmp/workers'")]
    public async Task Sql_only_reads_whatever_rights_the_user_has(string attack)
    {
        var administrator = await MigratedAsync();
        var (code, said) = await TryAsync(administrator, "sql", attack);
        if (attack is "reset role" or "set transaction read write")
            Assert.Equal(0, (await TryAsync(administrator, "sql", "select count(*) from workers")).Code);
        else
            Assert.Equal(2, code);
        Assert.DoesNotContain(" at Sweep.", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_privilege_is_given_on_future_tables()
    {
        await using var source = NpgsqlDataSource.Create(await MigratedAsync());
        await using var command = source.CreateCommand(
            "select count(*) from pg_default_acl where defaclnamespace = 'public'::regnamespace");
        Assert.Equal(0L, await command.ExecuteScalarAsync(Cancellation));
    }

    private async Task<string> MigratedAsync()
    {
        var database = await server.NewDatabaseAsync();
        await using var source = Database.Open(database);
        await Migrator.MigrateAsync(source, Cancellation);
        return database;
    }

    private async Task<string> UserAsync(string role) => await PostgresServer.NewUserAsync(await MigratedAsync(), role);

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task RunAsync(string database, params string[] line)
    {
        var (code, said) = await TryAsync(database, line);
        Assert.True(code is 0 or 1, $"sweep {string.Join(' ', line)} ended with {code}: {said}");
        Assert.DoesNotContain("permission denied", said, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Said)> TryAsync(string database, params string[] line)
    {
        var (code, output, error) = await Samples.RunAsync([.. line, "--postgres", database]);
        return (code, error + output);
    }
}
