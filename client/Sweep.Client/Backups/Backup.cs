using System.Diagnostics;
using Sweep.Client.Clusters;
using Sweep.Client.Errors;
using Sweep.Client.Local;
using Sweep.Client.Output;

namespace Sweep.Client.Backups;

/// <summary>Writes a database as it is at one moment into a file, while its silos go on.</summary>
internal static class Backup
{
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(5);

    /// <param name="say">Gets a line now and then.</param>
    /// <returns>The size of the file in bytes.</returns>
    /// <exception cref="WrongInputException">The file exists and may not be replaced, or its folder does not exist.</exception>
    /// <exception cref="LocalClusterException">pg_dump is missing or failed.</exception>
    public static async Task<long> WriteAsync(Cluster cluster, string file, bool replace, Action<string> say, CancellationToken cancellation)
    {
        Check(file, replace);
        var partial = $"{file}.{Environment.ProcessId}.part";
        try
        {
            // Made here, so that nobody else may read it; pg_dump keeps the rights of a file that exists.
            var own = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            await new FileStream(partial, own).DisposeAsync();
            var dumping = PostgresProgram.RunAsync(
                "pg_dump",
                cluster.ConnectionString,
                // The silos of this moment are no members of the cluster that is made from it.
                ["--format=custom", "--exclude-table-data=orleans_members", "--exclude-table-data=orleans_versions", "--file=" + partial],
                _ => { },
                cancellation);
            var started = Stopwatch.GetTimestamp();
            while (await Task.WhenAny(dumping, Task.Delay(SayEvery, CancellationToken.None)) != dumping)
                say($"{Quantities.Bytes(new FileInfo(partial).Length)} written in {Quantities.Duration(Stopwatch.GetElapsedTime(started))}");
            await dumping;
            // Rename last: there is the whole backup, or none.
            File.Move(partial, file, replace);
            return new FileInfo(file).Length;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static void Check(string file, bool replace)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (Directory.Exists(file) || file.EndsWith('/'))
            throw new WrongInputException($"FILE: found {file}, which is a folder; name the file to write.");
        if (!Directory.Exists(folder))
            throw new WrongInputException($"FILE: found {file}, whose folder does not exist; make it first.");
        if (File.Exists(file) && !replace)
            throw new WrongInputException($"FILE: found {file}, which exists; choose another name, or add --force to replace it.");
    }
}
