using Npgsql;
using Sweep.Storage;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Storage;

public sealed class MigratorTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("001-roles.sql", "05d4919c04532259ffa97e8bbb9dd1fb75954449361906f33586314f48e4a2ac")]
    [InlineData("002-tables.sql", "585f1e7405c5ae3ef102b4e4557394e964feeffce73587bf1c3a30769177a90b")]
    [InlineData("003-views.sql", "b4d3e19828ee3d8d0cb084a8446240b37bf18651ba886dcc6bc0bfd47c3f628f")]
    [InlineData("004-membership.sql", "ab2458c91bd4abad936433012e80b1573e9bf43364eeac15b7a5ff88c64ae67e")]
    [InlineData("005-clusters.sql", "37afbf103d2b126dcbb82c26c19b363d215c7dc2d1ade6955cf982907280d6b1")]
    [InlineData("006-effects.sql", "74a8a4a0d837f17aee3f19b4f1840d2a8561cbfd7941ee46ff0bff8e7821a2f8")]
    [InlineData("007-privileges.sql", "0c95896b70f8895dba3c29c6b5cf6a552cdfa45f591c91eef5fee824e825e92d")]
    public void A_file_that_was_released_never_changes(string name, string sha256) =>
        Assert.Equal(sha256, Migration.All.Single(migration => migration.Name == name).Sha256);

    [Fact]
    public async Task A_new_database_gets_every_migration_once()
    {
        await using var source = Database.Open(await server.NewDatabaseAsync());
        Assert.Equal(Migration.All.Select(m => m.Name), await Migrator.MigrateAsync(source, Cancellation));
        Assert.Empty(await Migrator.MigrateAsync(source, Cancellation));
    }

    [Theory]
    [InlineData("LATIN1")]
    [InlineData("SQL_ASCII")]
    public async Task A_database_that_cannot_hold_every_text_is_refused_before_it_gets_a_table(string encoding)
    {
        await using var other = Database.Open(await server.NewDatabaseAsync($"encoding '{encoding}' locale 'C' template template0"));
        var error = await Assert.ThrowsAsync<DatabaseVersionException>(() => Migrator.MigrateAsync(other, Cancellation));
        Assert.Matches(
            $"^The database (test_\\d+) has the encoding {encoding}, .* "
                + "create database \\1_utf8 encoding 'UTF8' locale 'C' template template0$",
            error.Message);
        await using var tables = other.CreateCommand("select count(*) from pg_class where relnamespace = 'public'::regnamespace");
        Assert.Equal(0L, await tables.ExecuteScalarAsync(Cancellation));
    }

    [Fact]
    public async Task Eight_programs_at_once_apply_each_file_once()
    {
        var connectionString = await server.NewDatabaseAsync();
        var applied = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var source = Database.Open(connectionString);
            return await Migrator.MigrateAsync(source, Cancellation);
        }));
        Assert.Equal(Migration.All.Select(m => m.Name), applied.SelectMany(names => names).Order());
    }

    [Fact]
    public async Task Databases_that_share_the_roles_of_one_server_can_be_migrated_at_once()
    {
        var databases = new List<string>();
        for (var i = 0; i < 4; i++)
            databases.Add(await server.NewDatabaseAsync());
        await Task.WhenAll(databases.Select(async connectionString =>
        {
            await using var source = Database.Open(connectionString);
            await Migrator.MigrateAsync(source, Cancellation);
        }));
    }

    [Fact]
    public async Task A_file_that_fails_leaves_nothing_behind()
    {
        await using var source = Database.Open(await server.NewDatabaseAsync());
        Migration[] files =
        [
            new(1, "001-good.sql", "create table good ()"), new(2, "002-bad.sql", "create table half (); create table good ()"),
        ];
        await Assert.ThrowsAsync<PostgresException>(() => Migrator.MigrateAsync(source, files, Cancellation));
        Assert.Equal("good", await ScalarAsync(source, "select string_agg(relname, ' ') from pg_class where relname in ('good', 'half')"));
    }

    [Fact]
    public async Task A_newer_database_is_refused_with_both_versions()
    {
        await using var source = Database.Open(await server.NewDatabaseAsync());
        Migration[] files = [new(1, "001-first.sql", "select 1"), new(2, "002-second.sql", "select 2")];
        await Migrator.MigrateAsync(source, files, Cancellation);
        var error = await Assert.ThrowsAsync<DatabaseVersionException>(() => Migrator.MigrateAsync(source, files[..1], Cancellation));
        Assert.Equal(
            "The database is newer than this program: found 002-second.sql, this program ends with 001-first.sql. Use a newer program.",
            error.Message);
    }

    [Fact]
    public async Task A_file_that_was_changed_after_it_was_applied_is_refused()
    {
        await using var source = Database.Open(await server.NewDatabaseAsync());
        await Migrator.MigrateAsync(source, [new(1, "001-first.sql", "select 1")], Cancellation);
        var error = await Assert.ThrowsAsync<DatabaseVersionException>(
            () => Migrator.MigrateAsync(source, [new(1, "001-first.sql", "select 2")], Cancellation));
        Assert.Contains("another history", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_table_and_view_and_column_has_a_comment()
    {
        await using var source = Database.Open(await server.NewDatabaseAsync());
        await Migrator.MigrateAsync(source, Cancellation);
        Assert.Null(await ScalarAsync(source, """
            select string_agg(c.relname || coalesce('.' || a.attname, ''), ', ')
            from pg_class c
            left join lateral (
              select 0 as attnum, null as attname
              union all
              select attnum, attname from pg_attribute where attrelid = c.oid and attnum > 0) a on true
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v')
              and not exists (
                select from pg_description d
                where d.objoid = c.oid and d.objsubid = a.attnum and d.classoid = 'pg_class'::regclass)
            """));
        Assert.True(
            (long)(await ScalarAsync(source, "select count(*) from information_schema.columns where table_schema = 'public'"))! > 150);
    }

    [Fact]
    public async Task A_reader_reads_every_table_and_writes_none()
    {
        var (source, reader) = await WithUserAsync("sweep_reader");
        await using var _ = source;
        await using var __ = reader;
        Assert.Null(await ScalarAsync(reader, """
            select string_agg(relname, ', ') from pg_class
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')
              and (not has_table_privilege(oid, 'select') or has_table_privilege(oid, 'insert, update, delete, truncate'))
            """));
        var error = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(reader, "delete from workers"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
    }

    [Fact]
    public async Task A_worker_starts_and_writes_on_current_tables_and_may_not_change_them()
    {
        var (source, worker) = await WithUserAsync("sweep_worker");
        await using var _ = source;
        await using var __ = worker;
        Assert.Empty(await Migrator.MigrateAsync(worker, Cancellation));
        await new WorkerStore(worker).SeenAsync(new("w", "host", 1, ["cpu"], []), new(0), Cancellation);
        Assert.Equal(1, await new Sweep.Storage.Reading.SweepReader(worker).NextSweepIdAsync(Cancellation));
        var error = await Assert.ThrowsAsync<PostgresException>(
            () => ScalarAsync(worker, "update OrleansQuery set QueryText = 'drop table trials'"));
        Assert.NotNull(error);

        var newer = new Migration(Migration.All.Count + 1, "999-newer.sql", "create table newer ()");
        var refused = await Assert.ThrowsAsync<DatabaseVersionException>(
            () => Migrator.MigrateAsync(worker, [.. Migration.All, newer], Cancellation));
        Assert.StartsWith(
            "The database is older than this program: it lacks 999-newer.sql, and the user ", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("Run `sweep db migrate` with a connection as sweep_owner.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_with_only_the_role_of_the_owner_applies_a_later_file()
    {
        var (source, owner) = await WithUserAsync("sweep_owner");
        await using var _ = source;
        await using var __ = owner;
        var newer = new Migration(
            Migration.All[^1].Version + 1, "999-newer.sql", "alter table trials add column extra integer; create table newer ()");
        Assert.Equal(["999-newer.sql"], await Migrator.MigrateAsync(owner, [.. Migration.All, newer], Cancellation));
        Assert.Equal("sweep_owner", await ScalarAsync(source, "select tableowner::text from pg_tables where tablename = 'newer'"));
    }

    [Fact]
    public async Task A_user_who_owns_only_the_database_migrates_it()
    {
        var connectionString = new NpgsqlConnectionStringBuilder(await server.NewDatabaseAsync());
        await using var administrator = Database.Open(connectionString.ConnectionString);
        await ScalarAsync(
            administrator,
            $"create role {connectionString.Database}_owner login; "
                + $"alter database {connectionString.Database} owner to {connectionString.Database}_owner");
        await using var owner = Database.Open(
            new NpgsqlConnectionStringBuilder(connectionString.ConnectionString)
            {
                Username = $"{connectionString.Database}_owner",
            }.ConnectionString);
        Assert.Equal(Migration.All.Count, (await Migrator.MigrateAsync(owner, Cancellation)).Count);
        Assert.Equal(1, await new Sweep.Storage.Reading.SweepReader(owner).NextSweepIdAsync(Cancellation));
    }

    /// <summary>Returns a migrated database, once opened by its administrator and once by a user who has only this role.</summary>
    private async Task<(NpgsqlDataSource Administrator, NpgsqlDataSource User)> WithUserAsync(string role)
    {
        var settings = new NpgsqlConnectionStringBuilder(await server.NewDatabaseAsync());
        var administrator = Database.Open(settings.ConnectionString);
        await Migrator.MigrateAsync(administrator, Cancellation);
        settings.Username = $"{settings.Database}_user";
        await ScalarAsync(administrator, $"create role {settings.Username} login in role {role}");
        return (administrator, Database.Open(settings.ConnectionString));
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancellation) is var value && value is DBNull ? null : value;
    }
}
