using Npgsql;
using Sweep.Client.Local;
using Sweep.Storage.Migrations;

namespace Sweep.Client.Backups;

/// <summary>The roles of Sweep on the server that a backup is restored to.</summary>
/// <param name="AllExist">Whether all roles exist whose privileges a backup holds.</param>
/// <param name="IsOwner">Whether the user may act as sweep_owner.</param>
/// <param name="TakeBack">The statements that undo the changes made for the roles, in order.</param>
internal sealed record RestoreRoles(bool AllExist, bool IsOwner, IReadOnlyList<string> TakeBack);

/// <summary>What a database holds before a backup is restored to it.</summary>
/// <param name="Occupant">
/// An object that a backup must not be mixed with; null when the database is empty, or has nothing but Sweep's tables without a row.
/// </param>
/// <param name="Newer">All of Sweep's objects in it, if some of them are not in the backup; otherwise none.</param>
internal sealed record TargetContents(string? Occupant, IReadOnlyList<DatabaseObject> Newer);

/// <summary>The database that a backup is to be restored into.</summary>
internal sealed class RestoreTarget(NpgsqlDataSource source, string connectionString)
{
    private const int Named = 3;

    /// <summary>Finds out whether the database is empty enough for a backup.</summary>
    /// <param name="backup">The objects of the backup. The database may have these already, as long as its tables have no rows.</param>
    public async Task<TargetContents> LookAsync(IReadOnlyList<DatabaseObject> backup, CancellationToken cancellation)
    {
        var found = DatabaseObject.In(await PostgresProgram.RunAsync(
            "pg_dump", connectionString, ["--schema-only", "--lock-wait-timeout=10s"], _ => { }, cancellation));
        var isSweeps = found.Any(one => one is { Kind: "TABLE", Schema: "public", Name: "schema_versions" });
        var additional = found.Except(backup).ToList();
        var others = isSweeps
            ? additional.FindAll(one => !(one.Schema == "public" && Migrator.Makes(one.Kind, one.Name)))
            : [.. found];
        if (others.Count > 0)
            return new(string.Join(", ", others.Take(Named)) + (others.Count > Named ? $" and {others.Count - Named} more" : ""), []);
        // pg_dump treats large objects as data, so --schema-only does not list them.
        if (await LinesAsync("select format('the large object %s', oid) from pg_largeobject_metadata limit 1", cancellation) is [var large])
            return new(large, []);
        foreach (var table in found.Where(one => one is { Kind: "TABLE", Name: not "schema_versions" }))
        {
            if ((await LinesAsync($"select 'row' from {Quote(table.Schema)}.{Quote(table.Name)} limit 1", cancellation)).Count > 0)
                return new($"rows in {table}", []);
        }

        return new(null, additional.Count == 0 ? [] : found);
    }

    /// <summary>
    /// Drops Sweep's empty tables when their version is newer than the backup's, since pg_restore would not replace tables that the backup
    /// does not have.
    /// </summary>
    public Task ClearAsync(TargetContents contents, CancellationToken cancellation) => ExecuteAsync(
        // Tables come before sequences: dropping a table drops the sequences that it owns.
        from kind in (string[])["VIEW", "TABLE", "SEQUENCE", "FUNCTION"]
        from one in contents.Newer
        where one.Kind == kind
        select $"drop {kind} if exists {Quote(one.Schema)}.{(kind == "FUNCTION" ? one.Name : Quote(one.Name))} cascade",
        cancellation);

    /// <summary>
    /// Creates the roles that are missing, since roles belong to the server and are in no backup, and makes sweep_owner the owner of
    /// Sweep's empty tables. Changes nothing when the user may not do all of this.
    /// </summary>
    public async Task<RestoreRoles> PrepareRolesAsync(CancellationToken cancellation)
    {
        var steps = await StepsAsync(cancellation);
        try
        {
            await ExecuteAsync(steps.Select(step => step.Do), cancellation);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            steps = [];
        }

        var facts = await LinesAsync(
            """
            select count(*)::text from pg_roles where rolname in ('sweep_owner', 'sweep_worker', 'sweep_reader')
            union all
            select 'owner' from pg_roles
            where rolname = 'sweep_owner' and pg_has_role(oid, 'usage') and has_schema_privilege(oid, 'public', 'create')
            """,
            cancellation);
        return new(facts[0] == "3", facts.Contains("owner"), [.. steps.Reverse().Select(step => step.Undo)]);
    }

    /// <summary>Undoes <see cref="PrepareRolesAsync"/> after a restore that failed, so that the server is as it was before.</summary>
    public Task TakeBackAsync(RestoreRoles roles) => ExecuteAsync(roles.TakeBack, CancellationToken.None);

    private async Task<IReadOnlyList<(string Do, string Undo)>> StepsAsync(CancellationToken cancellation)
    {
        var steps = new List<(string, string)>();
        await using var command = source.CreateCommand(
            """
            with sweep(name) as (values ('sweep_owner'), ('sweep_worker'), ('sweep_reader')),
            owner as (select oid from pg_roles where rolname = 'sweep_owner')
            select 1, format('create role %I nologin', name), format('drop role %I', name)
            from sweep where name not in (select rolname from pg_roles)
            union all
            select 2, format('grant %I to %I', granted, member), format('revoke %I from %I', granted, member)
            from (values ('sweep_reader', 'sweep_worker'), ('sweep_worker', 'sweep_owner')) pair(granted, member)
            where not exists (
              select from pg_roles g, pg_roles m where g.rolname = granted and m.rolname = member and pg_has_role(m.oid, g.oid, 'usage'))
            union all
            select 3, format('grant %s on schema public to sweep_owner', privilege),
              format('revoke %s on schema public from sweep_owner', privilege)
            from (values ('usage'), ('create')) p(privilege)
            where ((select rolsuper from pg_roles where rolname = current_user) or (select pg_has_role(oid, 'usage') from owner))
              and not exists (select from owner where has_schema_privilege(oid, 'public', privilege))
            union all
            select 4, format('alter table %s owner to sweep_owner', c.oid::regclass),
              format('alter table %s owner to %I', c.oid::regclass, pg_get_userbyid(c.relowner))
            from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'S')
              and c.relowner not in (select oid from owner)
              and not exists (
                select from pg_depend d
                where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('e', 'a', 'i') and d.objsubid = 0
                  and d.refclassid <> 'pg_namespace'::regclass and (d.deptype = 'e' or c.relkind = 'S'))
            order by 1
            """);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
            steps.Add((row.GetString(1), row.GetString(2)));
        return steps;
    }

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Runs the statements in one transaction.</summary>
    private async Task ExecuteAsync(IEnumerable<string> statements, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    private async Task<IReadOnlyList<string>> LinesAsync(string sql, CancellationToken cancellation)
    {
        var lines = new List<string>();
        await using var command = source.CreateCommand(sql);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
            lines.Add(row.GetString(0));
        return lines;
    }
}
