using System.Diagnostics;
using Sweep.Client.Clusters;
using Sweep.Client.Errors;
using Sweep.Client.Files;
using Sweep.Client.Local;
using Sweep.Client.Output;

namespace Sweep.Client.Backups;

/// <summary>Writes a database as it is at one moment into a file, while its silos go on.</summary>
internal static class Backup
{
    private static readonly TimeSpan ReportPause = TimeSpan.FromSeconds(5);

    /// <summary>Checks that the backup can be written to this path, before the cluster is opened.</summary>
    /// <exception cref="WrongInputException">
    /// The file exists and may not be replaced, is not a regular file, or its folder does not exist.
    /// </exception>
    public static void Check(string file, bool replace)
    {
        WholeFile.Check("FILE", file);
        if (File.Exists(file) && !replace)
            throw new WrongInputException($"FILE: found {file}, which exists; choose another name, or add --force to replace it.");
    }

    /// <param name="file">A path that <see cref="Check"/> has accepted.</param>
    /// <param name="report">Receives a line about the progress every five seconds.</param>
    /// <returns>The size of the file in bytes.</returns>
    /// <exception cref="LocalClusterException">pg_dump is missing or failed. The file is then as it was before.</exception>
    public static Task<long> WriteAsync(Cluster cluster, string file, Action<string> report, CancellationToken cancellation) =>
        // Only the owner of the file may read it, since it holds the whole database.
        WholeFile.WriteAsync(file, UnixFileMode.UserRead | UnixFileMode.UserWrite, async partial =>
        {
            var dumping = PostgresProgram.RunAsync(
                "pg_dump",
                cluster.ConnectionString,
                [
                    // The silos that live now are not members of the cluster that is restored from this backup.
                    "--format=custom", "--exclude-table-data=orleans_members", "--exclude-table-data=orleans_versions",
                    // Publications, subscriptions and tablespaces belong to the server and not to the database.
                    "--no-publications", "--no-subscriptions", "--no-tablespaces", "--file=" + partial,
                ],
                _ => { },
                cancellation);
            var started = Stopwatch.GetTimestamp();
            while (await Task.WhenAny(dumping, Task.Delay(ReportPause, CancellationToken.None)) != dumping)
            {
                report($"{Quantities.Bytes(new FileInfo(partial).Length)} written "
                    + $"in {Quantities.Duration(Stopwatch.GetElapsedTime(started))}");
            }
            await dumping;
        });
}
