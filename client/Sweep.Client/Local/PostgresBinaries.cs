namespace Sweep.Client.Local;

/// <summary>Finds PostgreSQL's programs on this machine.</summary>
public static class PostgresBinaries
{
    /// <summary>
    /// The folder of <c>initdb</c> and <c>postgres</c>: <c>SWEEP_PG_BIN</c>, or else the newest of <c>/usr/lib/postgresql/*/bin</c>, or
    /// else a folder of the PATH.
    /// </summary>
    /// <exception cref="LocalClusterException">No such folder has both programs.</exception>
    public static string Find()
    {
        if (Named() is { } named)
        {
            return Holds(named)
                ? named
                : throw new LocalClusterException(
                    $"SWEEP_PG_BIN: found {named}, which has no initdb and postgres; name the folder that has both.");
        }

        return Folders().FirstOrDefault(Holds) ?? throw new LocalClusterException(
            "PostgreSQL is not on this machine. Install it (apt-get install postgresql), name its programs (SWEEP_PG_BIN=/folder/bin), " +
            "or use a server that runs elsewhere (--postgres \"Host=…\").");
    }

    /// <summary>
    /// The path of one of the client's programs, such as <c>pg_dump</c>, which a machine may have without those of the server.
    /// </summary>
    /// <exception cref="LocalClusterException">The program is not on this machine.</exception>
    public static string FindProgram(string name) =>
        Folders().Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) ?? throw new LocalClusterException(
            $"{name} is not on this machine. Install it (apt-get install postgresql-client), "
            + "or name PostgreSQL's programs (SWEEP_PG_BIN=/folder/bin).");

    /// <summary>The folders in which the programs may be, the best one first.</summary>
    private static IEnumerable<string> Folders()
    {
        if (Named() is { } named)
            return [named];
        var packaged = (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [])
            .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin"));
        return packaged.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(Path.IsPathRooted));
    }

    private static string? Named() =>
        Environment.GetEnvironmentVariable("SWEEP_PG_BIN") is { Length: > 0 } folder ? Path.GetFullPath(folder) : null;

    private static bool Holds(string folder) =>
        File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres"));
}

/// <summary>The private cluster cannot start or be used; the message says why and what to do.</summary>
public sealed class LocalClusterException(string message) : Exception(message);
