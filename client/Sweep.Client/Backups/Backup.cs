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
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(5);

    /// <exception cref="WrongInputException">The file exists and may not be replaced, is no file, or its folder does not exist.</exception>
    public static void Check(string file, bool replace)
    {
        WholeFile.Check("FILE", file);
        if (File.Exists(file) && !replace)
            throw new WrongInputException($"FILE: found {file}, which exists; choose another name, or add --force to replace it.");
    }

    /// <param name="file">One that was checked.</param>
    /// <param name="say">Gets a line now and then.</param>
    /// <returns>The size of the file in bytes.</returns>
    /// <exception cref="LocalClusterException">pg_dump is missing or failed; then the file is as it was.</exception>
    public static Task<long> WriteAsync(Cluster cluster, string file, Action<string> say, CancellationToken cancellation) =>
        // Only its owner may read it: it holds everything.
        WholeFile.WriteAsync(file, UnixFileMode.UserRead | UnixFileMode.UserWrite, async partial =>
        {
            var dumping = PostgresProgram.RunAsync(
                "pg_dump",
                cluster.ConnectionString,
                [
                    // The silos of this moment are no members of the cluster that is made from it.
                    "--format=custom", "--exclude-table-data=orleans_members", "--exclude-table-data=orleans_versions",
                    // Those belong to the server that this database is on.
                    "--no-publications", "--no-subscriptions", "--no-tablespaces", "--file=" + partial,
                ],
                _ => { },
                cancellation);
            var started = Stopwatch.GetTimestamp();
            while (await Task.WhenAny(dumping, Task.Delay(SayEvery, CancellationToken.None)) != dumping)
                say($"{Quantities.Bytes(new FileInfo(partial).Length)} written in {Quantities.Duration(Stopwatch.GetElapsedTime(started))}");
            await dumping;
        });
}
