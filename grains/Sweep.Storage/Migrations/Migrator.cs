using System.Text.RegularExpressions;
using Npgsql;
using Sweep.Storage.Connections;

namespace Sweep.Storage.Migrations;

/// <summary>Brings the tables to the version of this program.</summary>
public static partial class Migrator
{
    private static readonly Lazy<HashSet<(string Kind, string Name)>> Made = new(() =>
    [
        ("TABLE", "schema_versions"),
        .. Migration.All
            .SelectMany(migration => Creation().Matches(migration.Sql))
            .Select(match => (match.Groups["kind"].Value.ToUpperInvariant(), match.Groups["name"].Value.ToLowerInvariant())),
    ]);

    // The number spells "sweep" in ASCII, so that no other program locks the same one in this database.
    private const long LockKey = 0x7377656570;

    /// <summary>
    /// Applies the migrations that are missing, each file in a transaction. Any number of processes may call this at the same time. When
    /// nothing is missing, so may a user who may not create tables.
    /// </summary>
    /// <returns>The names of the files that this call applied.</returns>
    /// <exception cref="DatabaseVersionException">
    /// The database is newer than this program, has another history or encoding, or the user may not change it.
    /// </exception>
    public static Task<IReadOnlyList<string>> MigrateAsync(NpgsqlDataSource source, CancellationToken cancellation = default) =>
        MigrateAsync(source, Migration.All, cancellation);

    /// <summary>Checks that the tables of a backup are those of this version of the program or of an earlier one.</summary>
    /// <param name="applied">The names and hashes of the backup's migrations, in order.</param>
    /// <exception cref="DatabaseVersionException">The backup is newer than this program, or has another history.</exception>
    public static void RequireKnown(IReadOnlyList<(string Name, string Sha256)> applied) => Compare(
        Migration.All,
        [.. applied.Select((migration, index) => new AppliedMigration(index + 1, migration.Name, migration.Sha256))]);

    /// <summary>Whether a migration makes an object of a database, by name or as a part of a table, such as a constraint.</summary>
    /// <param name="kind">The kind as pg_dump writes it, such as <c>TABLE</c> or <c>FK CONSTRAINT</c>.</param>
    /// <param name="name">
    /// The name as pg_dump writes it, such as <c>f(integer)</c> for a function or <c>trials trials_pkey</c> for a constraint.
    /// </param>
    public static bool Makes(string kind, string name)
    {
        var word = name.Split(' ', '(')[0];
        return kind switch
        {
            "TABLE" or "VIEW" or "INDEX" or "FUNCTION" => Made.Value.Contains((kind, word)),
            "SEQUENCE" => Made.Value.Contains((kind, word))
                || Made.Value.Any(made => made.Kind == "TABLE" && word.StartsWith(made.Name + "_", StringComparison.Ordinal)),
            "CONSTRAINT" or "FK CONSTRAINT" or "CHECK CONSTRAINT" or "DEFAULT" => Made.Value.Contains(("TABLE", word)),
            _ => false,
        };
    }

    internal static async Task<IReadOnlyList<string>> MigrateAsync(
        NpgsqlDataSource source, IReadOnlyList<Migration> known, CancellationToken cancellation)
    {
        var applied = new List<string>();
        await using var connection = await source.ConnectAsync(cancellation);
        RequireUtf8(connection);
        while (await ApplyNextAsync(connection, known, cancellation) is { } name)
            applied.Add(name);
        return applied;
    }

    /// <summary>
    /// Refuses other encodings than UTF-8. Most of them lack letters, so that the database would refuse a text that has one, and SQL_ASCII
    /// counts bytes as letters.
    /// </summary>
    private static void RequireUtf8(NpgsqlConnection connection)
    {
        if (connection.PostgresParameters["server_encoding"] is var encoding && encoding != "UTF8")
        {
            throw new DatabaseVersionException(
                $"The database {connection.Database} has the encoding {encoding}, which cannot hold every text; it must be UTF8. "
                + $"Make one that has it: create database {connection.Database}_utf8 encoding 'UTF8' locale 'C' template template0");
        }
    }

    private static async Task<string?> ApplyNextAsync(
        NpgsqlConnection connection, IReadOnlyList<Migration> known, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.Statement("select pg_advisory_xact_lock($1)", LockKey).ExecuteAsync(cancellation);
        var applied = await AppliedAsync(connection, cancellation);
        Compare(known, applied);
        if (applied.Count == known.Count)
            return null;

        var next = known[applied.Count];
        try
        {
            await ApplyAsync(connection, next, first: applied.Count == 0, cancellation);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new DatabaseVersionException(
                $"The database is older than this program: it lacks {next.Name}, and the user {connection.Settings().Username} "
                + $"may not apply it ({error.MessageText}). Run `sweep db migrate` with a connection as sweep_owner.",
                error);
        }

        await transaction.CommitAsync(cancellation);
        return next.Name;
    }

    private static async Task<IReadOnlyList<AppliedMigration>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        await connection.Statement("select to_regclass('schema_versions') is not null").ValueAsync<bool>(cancellation)
            ? await connection.Statement("select version, name, sha256 from schema_versions order by version")
                .RowsAsync(row => new AppliedMigration(row.GetInt32(0), row.GetString(1), row.GetString(2)), cancellation)
            : [];

    private static void Compare(IReadOnlyList<Migration> known, IReadOnlyList<AppliedMigration> applied)
    {
        if (applied.Count > known.Count)
        {
            throw new DatabaseVersionException(
                $"The database is newer than this program: found {applied[^1].Name}, this program ends with {known[^1].Name}. "
                + "Use a newer program.");
        }

        foreach (var (ours, theirs) in known.Zip(applied))
        {
            if (ours.Version != theirs.Version || ours.Sha256 != theirs.Sha256)
            {
                throw new DatabaseVersionException(
                    $"The database has another history than this program: found {theirs.Name} with SHA-256 {theirs.Sha256[..12]}…, "
                    + $"expected {ours.Name} with {ours.Sha256[..12]}…. Use the program that made it, or another database.");
            }
        }
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, Migration migration, bool first, CancellationToken cancellation)
    {
        if (first)
        {
            await connection.Statement("""
                create table schema_versions (
                  version integer primary key, name text not null, sha256 text not null,
                  applied_at timestamptz not null default clock_timestamp());
                comment on table schema_versions is 'Migrations that were applied to this database.';
                comment on column schema_versions.version is 'Number of the file.';
                comment on column schema_versions.name is 'Name of the file.';
                comment on column schema_versions.sha256 is 'SHA-256 of the file, lower-case hexadecimal: an applied file never changes.';
                comment on column schema_versions.applied_at is 'When it was applied.'
                """).ExecuteAsync(cancellation);
        }

        await connection.Statement("""
            select set_config('role', rolname, true) from pg_roles
            where rolname = 'sweep_owner' and pg_has_role(oid, 'usage') and has_schema_privilege(oid, 'public', 'create')
            """).ExecuteAsync(cancellation);
        await connection.Statement(migration.Sql).ExecuteAsync(cancellation);
        await connection.Statement(
            "insert into schema_versions (version, name, sha256) values ($1, $2, $3)",
            migration.Version, migration.Name, migration.Sha256).ExecuteAsync(cancellation);
    }

    private static NpgsqlConnectionStringBuilder Settings(this NpgsqlConnection connection) => new(connection.ConnectionString);

    [GeneratedRegex(
        @"\bcreate (?:or replace |unlogged |unique )*(?<kind>table|view|index|sequence|function) (?:if not exists )?(?<name>\w+)")]
    private static partial Regex Creation();

    private sealed record AppliedMigration(int Version, string Name, string Sha256);
}
