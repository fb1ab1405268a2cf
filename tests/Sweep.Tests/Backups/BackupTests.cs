using Npgsql;
using Sweep.Client.Local;
using Sweep.Domain.Sweeps;
using Sweep.Simulation;
using Sweep.Tests.Client;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Backups;

/// <summary>Real pg_dump and pg_restore, on a database whose sweep runs.</summary>
public sealed class BackupTests(PostgresServer server) : IDisposable
{
    private const string Losses = "select format('%s/%s %s %s', trial_id, epoch, train_loss, val_loss) from epochs order by trial_id, epoch";

    private const string Privileges =
        """
        select format('%s %s %s', relname, pg_get_userbyid(relowner), relacl) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'S')
        union all
        select format('%s.%s %s', attrelid::regclass, attname, attacl) from pg_attribute where attacl is not null
        union all
        select format('%s %s %s', description, objsubid, objoid::regclass) from pg_description d join pg_class c on c.oid = d.objoid and c.relnamespace = 'public'::regnamespace
        union all
        select indexdef from pg_indexes where schemaname = 'public'
        order by 1
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("sweep-backup-").FullName;

    private string File => Path.Combine(_folder, "sweep.backup");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_running_sweep_that_is_restored_elsewhere_ends_with_the_same_losses()
    {
        using var gate = new SemaphoreSlim(25);
        await using var original = await TestSilo.StartAsync(server, new() { Gate = gate });
        var id = await original.SubmitAsync(SimulatedSweep.Spec("running", original.Dataset, trials: 5, checkpoint: new(Every: 0)));
        await original.UntilAsync(id, sweep => sweep.EpochsDone == 25 && sweep.Running == 2, "half of the epochs");

        // A reader may make a backup.
        var reader = await PostgresServer.NewUserAsync(original.ConnectionString, "sweep_reader");
        var (code, output, error) = await RunAsync(reader, "backup", File);
        Assert.Equal((0, ""), (code, error));
        Assert.Matches($@"^{File}: \d+(\.\d+)? [kM]?B, 1 sweep with 5 trials\.\n$", output);
        Assert.Equal([File], Directory.GetFiles(_folder));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(File).UnixFileMode);

        var elsewhere = await server.NewDatabaseAsync();
        (code, output, error) = await RunAsync(elsewhere, "restore", File);
        Assert.True(code == 0, error);
        Assert.Equal("Restored 1 sweep with 5 trials.\n", output);
        Assert.Contains("reading \"public.epochs\"", error, StringComparison.Ordinal);
        Assert.Equal(await QueryAsync(original.ConnectionString, Privileges), await QueryAsync(elsewhere, Privileges));
        Assert.Empty(await QueryAsync(elsewhere, "select silo_name from orleans_members"));

        await using var copy = await TestSilo.StartAsync(server, new(), connectionString: elsewhere);
        Assert.Equal((SweepState.Completed, 5), await copy.EndAsync(id) is var there ? (there.State, there.Succeeded) : default);
        gate.Release(100);
        Assert.Equal((SweepState.Completed, 5), await original.EndAsync(id) is var here ? (here.State, here.Succeeded) : default);
        var losses = await QueryAsync(original.ConnectionString, Losses);
        Assert.Equal(50, losses.Count);
        Assert.Equal(losses, await QueryAsync(elsewhere, Losses));
        // What is new gets an id of its own.
        Assert.NotEqual(id, await copy.SubmitAsync(SimulatedSweep.Spec("next", copy.Dataset, trials: 1)));
    }

    [Fact]
    public async Task What_could_do_harm_is_refused_in_one_line()
    {
        var database = await server.NewDatabaseAsync();
        await RefusedAsync(3, "The database has no tables of this version of Sweep", database, "backup", File);
        await RunAsync(database, "db", "migrate");
        await RefusedAsync(2, "whose folder does not exist; make it first.", database, "backup", Path.Combine(_folder, "none", "file"));
        await RefusedAsync(2, "which is a folder; name the file to write.", database, "backup", _folder);
        await System.IO.File.WriteAllTextAsync(File, "to be", TestContext.Current.CancellationToken);
        await RefusedAsync(2, "which exists; choose another name, or add --force to replace it.", database, "backup", File);
        Assert.Equal("to be", await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken));
        await RefusedAsync(2, "which is no backup; name a file that sweep backup wrote.", database, "restore", File);
        await RefusedAsync(2, "which does not exist; name a file that sweep backup wrote.", database, "restore", File + "2");
        Assert.Equal(0, (await RunAsync(database, "backup", File, "--force")).Code);

        // Tables without a row are no obstacle, a row is.
        Assert.Equal(0, (await RunAsync(database, "restore", File)).Code);
        await QueryAsync(database, "insert into datasets values ('a', 'a', '', 0, 0) returning sha256");
        await RefusedAsync(1, "is not empty: found rows in the table datasets.", database, "restore", File);
        var foreign = await server.NewDatabaseAsync();
        await QueryAsync(foreign, "create table accounts ()");
        await RefusedAsync(1, "is not empty: found the table accounts.", foreign, "restore", File);
    }

    [Fact]
    public async Task A_damaged_backup_leaves_the_database_as_it_was()
    {
        var database = await server.NewDatabaseAsync();
        await RunAsync(database, "db", "migrate");
        await RunAsync(database, "backup", File);
        var bytes = await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken);
        await System.IO.File.WriteAllBytesAsync(File, bytes[..^(bytes.Length / 8)], TestContext.Current.CancellationToken);
        var elsewhere = await server.NewDatabaseAsync();
        await RefusedAsync(3, "pg_restore: error:", elsewhere, "restore", File);
        Assert.Empty(await QueryAsync(elsewhere, "select relname::text from pg_class where relnamespace = 'public'::regnamespace"));
    }

    [Fact]
    public async Task A_backup_of_a_newer_program_or_of_something_else_is_refused_before_anything_is_written()
    {
        var database = await server.NewDatabaseAsync();
        await RunAsync(database, "db", "migrate");
        await QueryAsync(database, "insert into schema_versions (version, name, sha256) values (999, '999-newer.sql', 'x') returning name");
        await RunAsync(database, "backup", File);
        var elsewhere = await server.NewDatabaseAsync();
        await RefusedAsync(3, "The database is newer than this program: found 999-newer.sql", elsewhere, "restore", File);
        await QueryAsync(database, "drop table schema_versions");
        await RunAsync(database, "backup", File, "--force");
        await RefusedAsync(2, "the backup of something else", elsewhere, "restore", File);
        Assert.Empty(await QueryAsync(elsewhere, "select relname::text from pg_class where relnamespace = 'public'::regnamespace"));
    }

    [Fact]
    public void A_program_that_is_missing_is_named_with_its_package() => Assert.StartsWith(
        "pg_nothing is not on this machine. Install it (apt-get install postgresql-client)",
        Assert.Throws<LocalClusterException>(() => PostgresBinaries.FindProgram("pg_nothing")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void The_programs_hear_of_the_database_by_the_environment_alone() => Assert.Equal(
        [
            ("PGHOST", "db"), ("PGPORT", "5433"), ("PGDATABASE", "sweep"), ("PGUSER", "ada"), ("PGPASSWORD", "se cret"), ("PGSSLMODE", "verify-full"),
            ("PGSSLROOTCERT", "/ca.crt"), ("PGAPPNAME", "sweep"),
        ],
        PostgresProgram.Variables(new("Host=db;Port=5433;Database=sweep;Username=ada;Password=se cret;SSL Mode=VerifyFull;Root Certificate=/ca.crt")));

    private static async Task RefusedAsync(int code, string expected, string database, params string[] line)
    {
        var (found, output, error) = await RunAsync(database, line);
        Assert.True((found, output) == (code, ""), $"{found} {output}{error}");
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    private static Task<(int Code, string Output, string Error)> RunAsync(string database, params string[] line) =>
        Samples.RunAsync([.. line, "--postgres", database]);

    private static async Task<List<string>> QueryAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        return [.. await Dapper.SqlMapper.QueryAsync<string>(connection, sql)];
    }
}
