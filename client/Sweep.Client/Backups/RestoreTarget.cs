using Npgsql;

namespace Sweep.Client.Backups;

/// <param name="AllExist">Those whose privileges a backup holds.</param>
/// <param name="IsOwner">The user may act as sweep_owner.</param>
internal readonly record struct RestoreRoles(bool AllExist, bool IsOwner);

/// <summary>The database that a backup is to be restored into.</summary>
internal sealed class RestoreTarget(NpgsqlDataSource source)
{
    /// <summary>Something in it that a backup must not be mixed with; null when it is empty, or has nothing but Sweep's tables without a row.</summary>
    public async Task<string?> OccupantAsync(CancellationToken cancellation)
    {
        var tables = await LinesAsync(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'f', 'm') order by relname = 'sweeps' desc, relname", cancellation);
        if (tables.Count == 0)
            return null;
        if (!tables.Contains("schema_versions"))
            return $"the table {tables[0]}";
        foreach (var table in tables.Where(table => table != "schema_versions"))
        {
            if ((await LinesAsync($"select 'row' from \"{table}\" limit 1", cancellation)).Count > 0)
                return $"rows in the table {table}";
        }

        return null;
    }

    /// <summary>Takes Sweep's empty tables away, which the backup brings with it.</summary>
    public Task ClearAsync(CancellationToken cancellation) => ExecuteAsync(
        """
        do $$
        declare
          found record;
        begin
          for found in
            select relname, case relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end as kind
            from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'S') order by relkind = 'v' desc
          loop
            execute format('drop %s if exists public.%I cascade', found.kind, found.relname);
          end loop;
        end
        $$
        """,
        cancellation);

    /// <summary>Roles belong to the server and are in no backup: makes those that are missing, if the user may.</summary>
    public async Task<RestoreRoles> PrepareRolesAsync(CancellationToken cancellation)
    {
        await ExecuteAsync(
            """
            do $$
            declare
              role_name text;
            begin
              foreach role_name in array array['sweep_owner', 'sweep_worker', 'sweep_reader'] loop
                if not exists (select from pg_roles where rolname = role_name) then
                  execute format('create role %I nologin', role_name);
                end if;
              end loop;
              if not pg_has_role('sweep_worker', 'sweep_reader', 'usage') then
                grant sweep_reader to sweep_worker;
              end if;
              if not pg_has_role('sweep_owner', 'sweep_worker', 'usage') then
                grant sweep_worker to sweep_owner;
              end if;
              if pg_has_role('sweep_owner', 'usage') then
                grant usage, create on schema public to sweep_owner;
              end if;
            exception
              when insufficient_privilege then null;
            end
            $$
            """,
            cancellation);
        var facts = await LinesAsync(
            """
            select count(*)::text from pg_roles where rolname in ('sweep_owner', 'sweep_worker', 'sweep_reader')
            union all
            select 'owner' from pg_roles where rolname = 'sweep_owner' and pg_has_role(oid, 'usage') and has_schema_privilege(oid, 'public', 'create')
            """,
            cancellation);
        return new(facts[0] == "3", facts.Contains("owner"));
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellation);
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
