using Npgsql;
using Sweep.Client.Backups;
using Sweep.Client.Local;
using Sweep.Domain.Sweeps;
using Sweep.Simulation;
using Sweep.Tests.Client;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Backups;

/// <summary>Runs the real pg_dump and pg_restore on a database whose sweep runs.</summary>
public sealed class BackupTests(PostgresServer server) : IDisposable
{
    private const string Losses =
        "select format('%s/%s %s %s', trial_id, epoch, train_loss, val_loss) from epochs order by trial_id, epoch";

    private const string Privileges =
        """
        select format('%s %s %s', relname, pg_get_userbyid(relowner), relacl) from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'S')
        union all
        select format('%s.%s %s', attrelid::regclass, attname, attacl) from pg_attribute where attacl is not null
        union all
        select format('%s %s %s', description, objsubid, objoid::regclass)
        from pg_description d join pg_class c on c.oid = d.objoid and c.relnamespace = 'public'::regnamespace
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

        // A user with the role of a reader may make a backup.
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
        // The id of a new sweep differs from those of the restored ones.
        Assert.NotEqual(id, await copy.SubmitAsync(SimulatedSweep.Spec("next", copy.Dataset, trials: 1)));
    }

    [Fact]
    public async Task A_backup_or_a_restore_that_could_do_harm_is_refused_in_one_line()
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

        // Empty tables do not prevent a restore, but a single row does.
        Assert.Equal(0, (await RunAsync(database, "restore", File)).Code);
        await QueryAsync(database, "insert into datasets values ('a', 'a', '', 0, 0) returning sha256");
        await RefusedAsync(1, "is not empty: found rows in the table datasets.", database, "restore", File);
    }

    [Fact]
    public async Task Every_kind_of_foreign_object_in_the_database_is_found()
    {
        (string Sql, string Expected)[] cases =
        [
            ("create table accounts ()", "found the table accounts."),
            ("create view mine as select 1 as a", "found the view mine."),
            ("create materialized view mine as select 1 as a", "found the materialized view mine."),
            ("create sequence numbers", "found the sequence numbers."),
            ("create type mood as enum ('to be')", "found the type mood."),
            ("create domain whole as int", "found the domain whole."),
            ("create function f() returns int language sql return 1", "found the function f()."),
            ("create operator === (function = texteq, leftarg = text, rightarg = text)", "found the operator ===."),
            ("create schema books; create table books.accounts ()", "found the schema books, the table books.accounts."),
            (
                "create function f() returns event_trigger language plpgsql as 'begin end'; "
                    + "create event trigger watch on ddl_command_end execute function f()",
                "found the function f(), the event trigger watch."),
            ("select lo_create(4711)", "found the large object 4711."),
        ];
        var original = await server.NewDatabaseAsync();
        await RunAsync(original, "db", "migrate");
        await RunAsync(original, "backup", File);
        foreach (var (index, (sql, expected)) in cases.Index())
        {
            // Every second database also has Sweep's empty tables.
            var database = await server.NewDatabaseAsync();
            if (index % 2 == 1)
                await RunAsync(database, "db", "migrate");
            await ExecuteAsync(database, sql);
            await RefusedAsync(1, expected, database, "restore", File);
        }
    }

    [Fact]
    public async Task A_restore_replaces_empty_tables_of_a_newer_version_and_brings_them_back_when_it_fails()
    {
        var (original, database) = (await server.NewDatabaseAsync(), await server.NewDatabaseAsync());
        await RunAsync(original, "db", "migrate");
        // The backup is one of an older version, which had neither this view nor this index.
        await ExecuteAsync(original, "drop view parameter_effects; drop index trial_logs_by_position");
        await RunAsync(original, "backup", File);
        await RunAsync(database, "db", "migrate");
        var schema = await QueryAsync(database, Privileges);
        var whole = await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken);
        await System.IO.File.WriteAllBytesAsync(File, whole[..^(whole.Length / 8)], TestContext.Current.CancellationToken);
        await RefusedAsync(3, "pg_restore: error:", database, "restore", File);
        Assert.Equal(schema, await QueryAsync(database, Privileges));
        await System.IO.File.WriteAllBytesAsync(File, whole, TestContext.Current.CancellationToken);
        Assert.Equal(0, (await RunAsync(database, "restore", File)).Code);
        Assert.Equal(await QueryAsync(original, Privileges), await QueryAsync(database, Privileges));
    }

    [Fact]
    public async Task Every_object_of_the_migrations_is_recognized()
    {
        var database = await server.NewDatabaseAsync();
        await RunAsync(database, "db", "migrate");
        var objects = DatabaseObject.In(await PostgresProgram.RunAsync(
            "pg_dump", database, ["--schema-only"], _ => { }, TestContext.Current.CancellationToken));
        Assert.NotEmpty(objects);
        Assert.All(objects, one => Assert.True(Sweep.Storage.Migrations.Migrator.Makes(one.Kind, one.Name), one.ToString()));
        Assert.False(Sweep.Storage.Migrations.Migrator.Makes("VIEW", "mine"));
    }

    [Fact]
    public async Task A_foreign_object_that_depends_on_a_table_of_Sweep_is_found_and_stays()
    {
        var database = await server.NewDatabaseAsync();
        await RunAsync(database, "db", "migrate");
        await RunAsync(database, "backup", File);
        await ExecuteAsync(
            database,
            "create view mine as select * from leaderboard; create index by_day on epochs (at); "
                + "create rule none as on delete to datasets do instead nothing");
        var before = await DumpAsync(database);
        await RefusedAsync(1, "is not empty: found the view mine, the index by_day, the rule datasets none.", database, "restore", File);
        Assert.Equal(before, await DumpAsync(database));
    }

    [Fact]
    public async Task Extensions_that_Sweep_does_not_need_stay_and_do_not_prevent_a_restore()
    {
        var (original, database, plain) = (
            await server.NewDatabaseAsync(), await server.NewDatabaseAsync(), await server.NewDatabaseAsync());
        await RunAsync(original, "db", "migrate");
        foreach (var one in new[] { original, database })
            await ExecuteAsync(one, "create extension pg_stat_statements");
        Assert.Equal(0, (await RunAsync(original, "backup", File)).Code);
        foreach (var (one, extensions) in new[] { (database, 2), (plain, 1) })
        {
            Assert.Equal(
                (0, "Restored 0 sweeps with 0 trials.\n"),
                await RunAsync(one, "restore", File) is var answer ? (answer.Code, answer.Output) : default);
            Assert.Equal(extensions, (await QueryAsync(one, "select extname::text from pg_extension")).Count);
        }
    }

    [Fact]
    public async Task A_damaged_backup_leaves_the_database_as_it_was()
    {
        var database = await server.NewDatabaseAsync();
        await RunAsync(database, "db", "migrate");
        await RunAsync(database, "backup", File);
        var bytes = await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken);
        await System.IO.File.WriteAllBytesAsync(File, bytes[..^(bytes.Length / 8)], TestContext.Current.CancellationToken);
        foreach (var isMigrated in new[] { false, true })
        {
            var elsewhere = await server.NewDatabaseAsync();
            if (isMigrated)
                await RunAsync(elsewhere, "db", "migrate");
            var before = await DumpAsync(elsewhere);
            await RefusedAsync(3, "pg_restore: error:", elsewhere, "restore", File);
            Assert.Equal(before, await DumpAsync(elsewhere));
        }
    }

    [Fact]
    public async Task A_restore_that_fails_half_way_leaves_everything_as_it_was_and_can_be_repeated()
    {
        // The backup has a type of an extension that the other database lacks.
        var (original, elsewhere) = (await server.NewDatabaseAsync(), await server.NewDatabaseAsync());
        await RunAsync(original, "db", "migrate");
        await ExecuteAsync(
            original, "create extension citext; create table zoo (name citext); create view mine as select * from leaderboard");
        await RunAsync(original, "backup", File);
        await RunAsync(elsewhere, "db", "migrate");
        var before = await DumpAsync(elsewhere);
        await RefusedAsync(3, "type \"public.citext\" does not exist", elsewhere, "restore", File);
        Assert.Equal(before, await DumpAsync(elsewhere));
        await ExecuteAsync(elsewhere, "create extension citext");
        Assert.Equal(0, (await RunAsync(elsewhere, "restore", File)).Code);
        Assert.Equal(["mine"], await QueryAsync(elsewhere, "select relname::text from pg_class where relname = 'mine'"));
    }

    [Fact]
    public async Task A_link_a_pipe_or_a_device_in_place_of_the_file_is_refused_and_stays_as_it_is()
    {
        var database = await server.NewDatabaseAsync();
        await RunAsync(database, "db", "migrate");
        var (kept, link, pipe) = (Path.Combine(_folder, "kept"), Path.Combine(_folder, "link"), Path.Combine(_folder, "pipe"));
        await System.IO.File.WriteAllTextAsync(kept, "to be", TestContext.Current.CancellationToken);
        System.IO.File.CreateSymbolicLink(link, kept);
        using (var made = System.Diagnostics.Process.Start("mkfifo", [pipe]))
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        await RefusedAsync(2, $"FILE: found {link}, which is a link to {kept}; name a file itself.", database, "backup", link, "--force");
        await RefusedAsync(2, $"FILE: found {pipe}, which is a pipe; name a file, which may be new.", database, "backup", pipe, "--force");
        await RefusedAsync(
            2, "FILE: found /dev/null, which is a device; name a file, which may be new.", database, "backup", "/dev/null", "--force");
        await RefusedAsync(2, $"FILE: found {pipe}, which is a pipe; name a file that sweep backup wrote.", database, "restore", pipe);
        await RefusedAsync(
            2, $"--output: found {link}, which is a link to {kept}; name a file itself.", database, "export", "letters", "--output", link);
        await RefusedAsync(
            2, "--html: found /dev/null, which is a device; name a file, which may be new.", database, "report", "letters", "--html",
            "/dev/null");
        Assert.Equal("to be", await System.IO.File.ReadAllTextAsync(kept, TestContext.Current.CancellationToken));
        Assert.Equal(3, Directory.GetFileSystemEntries(_folder).Length);
    }

    [Fact]
    public async Task On_a_full_disk_the_earlier_backup_stays_and_no_incomplete_file_is_left()
    {
        Assert.SkipUnless(Sweep.Processes.SmallDisk.IsPermitted, "mounting a small disk takes root");
        var database = await server.NewDatabaseAsync();
        await RunAsync(database, "db", "migrate");
        var disk = new Sweep.Processes.SmallDisk(megabytes: 1);
        disk.MountOn(_folder);
        try
        {
            await System.IO.File.WriteAllTextAsync(File, "to be", TestContext.Current.CancellationToken);
            disk.Fill();
            var (code, output, error) = await RunAsync(database, "backup", File, "--force");
            Assert.Equal((3, ""), (code, output));
            Assert.Contains("No space left on device", error.TrimEnd('\n').Split('\n')[^1], StringComparison.Ordinal);
            Assert.Equal("to be", await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken));
            Assert.Equal(2, Directory.GetFileSystemEntries(_folder).Length);
        }
        finally
        {
            disk.Unmount();
        }
    }

    [Fact]
    public async Task A_backup_of_a_newer_version_or_of_another_program_is_refused_before_anything_is_written()
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
    public void The_programs_get_the_address_of_the_database_only_by_the_environment() => Assert.Equal(
        [
            ("PGHOST", "db"), ("PGPORT", "5433"), ("PGDATABASE", "sweep"), ("PGUSER", "ada"), ("PGPASSWORD", "se cret"),
            ("PGSSLMODE", "verify-full"), ("PGSSLROOTCERT", "/ca.crt"), ("PGAPPNAME", "sweep"),
        ],
        PostgresProgram.Variables(new(
            "Host=db;Port=5433;Database=sweep;Username=ada;Password=se cret;SSL Mode=VerifyFull;Root Certificate=/ca.crt")));

    private static async Task RefusedAsync(int code, string expected, string database, params string[] line)
    {
        var (found, output, error) = await RunAsync(database, line);
        Assert.True((found, output) == (code, ""), $"{found} {output}{error}");
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    private static Task<(int Code, string Output, string Error)> RunAsync(string database, params string[] line) =>
        Samples.RunAsync([.. line, "--postgres", database]);

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Returns the lines of a dump of the whole database, and Sweep's roles of its server.</summary>
    private static async Task<string> DumpAsync(string database)
    {
        var dump = await PostgresProgram.RunAsync("pg_dump", database, ["--inserts"], _ => { }, TestContext.Current.CancellationToken);
        // The lines with \restrict and \unrestrict hold a word that differs in each dump.
        var lines = dump.Split('\n').Where(line => !line.Contains("restrict ", StringComparison.Ordinal));
        return string.Join(
            '\n',
            [
                .. lines,
                .. await QueryAsync(
                    database,
                    "select rolname::text from pg_roles where rolname in ('sweep_owner', 'sweep_worker', 'sweep_reader') order by 1"),
            ]);
    }

    private static async Task<List<string>> QueryAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        return [.. await Dapper.SqlMapper.QueryAsync<string>(connection, sql)];
    }
}
