using Npgsql;
using Sweep.Client.Errors;
using Sweep.Client.Local;
using Sweep.Storage;
using Sweep.Storage.Migrations;

namespace Sweep.Client.Backups;

/// <summary>Brings a backup into an empty database: all of it or nothing.</summary>
internal static class Restore
{
    /// <summary>How a file of pg_dump's custom format begins.</summary>
    private static readonly byte[] Mark = "PGDMP"u8.ToArray();

    private const string ReadingTable = "processing data for table";

    /// <param name="say">Gets a line for each table.</param>
    /// <exception cref="WrongInputException">The file is no backup.</exception>
    /// <exception cref="RequestRefusedException">The database is not empty.</exception>
    /// <exception cref="DatabaseVersionException">The backup is of a newer program.</exception>
    /// <exception cref="LocalClusterException">pg_restore is missing or failed; then the database is as it was.</exception>
    public static async Task ReadAsync(string connectionString, string file, Action<string> say, CancellationToken cancellation)
    {
        await CheckAsync(file, cancellation);
        await using var source = Database.Open(connectionString);
        var target = new RestoreTarget(source);
        if (await target.OccupantAsync(cancellation) is { } occupant)
        {
            throw new RequestRefusedException(
                $"The database {new NpgsqlConnectionStringBuilder(connectionString).Database} is not empty: found {occupant}. Make another one (create database) and name it with --postgres.");
        }

        await target.ClearAsync(cancellation);
        var roles = await target.PrepareRolesAsync(cancellation);
        if (!roles.AllExist)
            say("The server lacks the roles sweep_owner, sweep_worker and sweep_reader, and this user may not create them: what they may do is left out.");
        await PostgresProgram.RunAsync(
            "pg_restore",
            connectionString,
            [
                "--dbname=" + new NpgsqlConnectionStringBuilder(connectionString).Database, "--single-transaction", "--exit-on-error", "--no-owner", "--verbose",
                .. roles.AllExist ? Array.Empty<string>() : ["--no-privileges"], .. roles.IsOwner ? ["--role=sweep_owner"] : Array.Empty<string>(), file,
            ],
            line =>
            {
                if (line.Contains(ReadingTable, StringComparison.Ordinal))
                    say(line[line.IndexOf(ReadingTable, StringComparison.Ordinal)..].Replace(ReadingTable, "reading", StringComparison.Ordinal));
            },
            cancellation);
        // An older backup becomes one of today.
        await Migrator.MigrateAsync(source, cancellation);
    }

    private static async Task CheckAsync(string file, CancellationToken cancellation)
    {
        if (!File.Exists(file))
            throw new WrongInputException($"FILE: found {file}, which does not exist; name a file that sweep backup wrote.");
        var beginning = new byte[Mark.Length];
        await using (var stream = File.OpenRead(file))
            await stream.ReadAtLeastAsync(beginning, beginning.Length, throwOnEndOfStream: false, cancellation);
        if (!beginning.AsSpan().SequenceEqual(Mark))
            throw new WrongInputException($"FILE: found {file}, which is no backup; name a file that sweep backup wrote.");
        Migrator.RequireKnown(Migrations(await PostgresProgram.RunAsync(
            "pg_restore", null, ["--data-only", "--table=schema_versions", "--file=-", file], _ => { }, cancellation), file));
    }

    /// <summary>Names and hashes of the migrations in a backup, from the text of its table.</summary>
    private static List<(string Name, string Sha256)> Migrations(string copy, string file)
    {
        var rows = copy.Split('\n').SkipWhile(line => !line.StartsWith("COPY ", StringComparison.Ordinal)).Skip(1).TakeWhile(line => line != "\\.")
            .Select(line => line.Split('\t')).Where(cells => cells.Length >= 3).ToList();
        return rows.Count > 0
            ? [.. rows.OrderBy(cells => cells[1], StringComparer.Ordinal).Select(cells => (cells[1], cells[2]))]
            : throw new WrongInputException($"FILE: found {file}, which is the backup of something else than Sweep's tables; name a file that sweep backup wrote.");
    }
}
