namespace Sweep.Client.Local;

/// <summary>How to start a silo on this machine.</summary>
internal static class SiloProgram
{
    /// <summary>The command line: <c>SWEEP_SILO</c> (a .dll or a program), or the silo in the folder beside this program's.</summary>
    /// <exception cref="LocalClusterException">There is none.</exception>
    public static IReadOnlyList<string> Find()
    {
        var named = Environment.GetEnvironmentVariable("SWEEP_SILO");
        if (!string.IsNullOrEmpty(named))
        {
            return !File.Exists(named)
                ? throw new LocalClusterException($"SWEEP_SILO: found {named}, which does not exist; name Sweep.Silo.dll.")
                : named.EndsWith(".dll", StringComparison.Ordinal) ? [DotnetProgram.Path, named] : [named];
        }

        // artifacts/bin/Sweep.Client/release beside artifacts/bin/Sweep.Silo/release; artifacts/publish is laid out alike.
        var here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var library = Path.GetFullPath(Path.Combine(here, "..", "..", "Sweep.Silo", Path.GetFileName(here), "Sweep.Silo.dll"));
        return File.Exists(library)
            ? [DotnetProgram.Path, library]
            : throw new LocalClusterException(
                $"The silo is not at {library}. Build it (dotnet build -c Release silo/Sweep.Silo) or name it (SWEEP_SILO=/folder/Sweep.Silo.dll).");
    }
}

internal static class DotnetProgram
{
    /// <summary>The <c>dotnet</c> that runs this program, or the one of the PATH.</summary>
    public static string Path { get; } =
        Environment.ProcessPath is { } path && System.IO.Path.GetFileName(path) == "dotnet" ? path
        : Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root && System.IO.Path.Combine(root, "dotnet") is var named && File.Exists(named) ? named
        : "dotnet";
}
