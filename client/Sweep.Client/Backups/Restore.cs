using Npgsql;
using Sweep.Client.Errors;
using Sweep.Client.Local;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;

namespace Sweep.Client.Backups;

/// <summary>Restores a backup into an empty database. Either all of it is restored or nothing.</summary>
internal static class Restore
{
    private const string ReadingTable = "processing data for table";

    /// <param name="report">Receives a line for each table.</param>
    /// <exception cref="WrongInputException">The file is not a backup of Sweep's database.</exception>
    /// <exception cref="RequestRefusedException">The database is not empty.</exception>
    /// <exception cref="DatabaseVersionException">The backup was written by a newer version of Sweep.</exception>
    /// <exception cref="LocalClusterException">pg_restore is missing or failed. The database is then as it was before.</exception>
    public static async Task ReadAsync(string connectionString, string file, Action<string> report, CancellationToken cancellation)
    {
        var backup = await BackupFile.OpenAsync(file, cancellation);
        var database = new NpgsqlConnectionStringBuilder(connectionString).Database ?? "";
        await using var source = Database.Open(connectionString);
        var target = new RestoreTarget(source, connectionString);
        var contents = await target.LookAsync(await backup.ObjectsAsync(cancellation), cancellation);
        if (contents.Occupant is { } occupant)
        {
            throw new RequestRefusedException(
                $"The database {database} is not empty: found {occupant}. "
                + "Make another one (create database) and name it with --postgres.");
        }

        var roles = await target.PrepareRolesAsync(cancellation);
        if (!roles.AllExist)
        {
            report("The server lacks the roles sweep_owner, sweep_worker and sweep_reader, and this user may not create them: "
                + "what they may do is left out.");
        }
        var list = Path.GetTempFileName();
        try
        {
            await target.ClearAsync(contents, cancellation);
            await File.WriteAllLinesAsync(list, await backup.ListAsync(cancellation), cancellation);
            await PostgresProgram.RunAsync(
                "pg_restore",
                connectionString,
                [
                    "--dbname=" + LibpqSettings.Keyword("dbname", database), "--use-list=" + list,
                    // The transaction that makes the tables of the backup first drops Sweep's empty ones. It fails, and drops nothing, when
                    // another object depends on one of them.
                    "--single-transaction", "--exit-on-error", "--clean", "--if-exists",
                    "--no-owner", "--no-publications", "--no-subscriptions", "--no-tablespaces", "--verbose",
                    .. roles.AllExist ? Array.Empty<string>() : ["--no-privileges"],
                    .. roles.IsOwner ? ["--role=sweep_owner"] : Array.Empty<string>(),
                    file,
                ],
                line =>
                {
                    if (line.Contains(ReadingTable, StringComparison.Ordinal))
                    {
                        report(line[line.IndexOf(ReadingTable, StringComparison.Ordinal)..]
                            .Replace(ReadingTable, "reading", StringComparison.Ordinal));
                    }
                },
                cancellation);
        }
        catch (Exception)
        {
            await target.TakeBackAsync(roles);
            if (contents.Newer.Count > 0)
                await Migrator.MigrateAsync(source, CancellationToken.None);
            throw;
        }
        finally
        {
            File.Delete(list);
        }

        // A backup of an older version lacks the newest migrations.
        await Migrator.MigrateAsync(source, cancellation);
    }
}
