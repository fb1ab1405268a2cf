namespace Sweep.Client.Local;

/// <summary>Finds the program that starts a silo on this machine.</summary>
internal static class SiloProgram
{
    /// <summary>The command line: <c>SWEEP_SILO</c> (a .dll or a program), or the silo in the folder beside this program's.</summary>
    /// <exception cref="LocalClusterException">The silo's program does not exist.</exception>
    public static IReadOnlyList<string> Find()
    {
        var named = Environment.GetEnvironmentVariable("SWEEP_SILO");
        if (!string.IsNullOrEmpty(named))
        {
            return !File.Exists(named)
                ? throw new LocalClusterException($"SWEEP_SILO: found {named}, which does not exist; name Sweep.Silo.dll.")
                : named.EndsWith(".dll", StringComparison.Ordinal) ? [DotnetProgram.Path, named] : [named];
        }

        // This program is in artifacts/bin/Sweep.Client/release, the silo in artifacts/bin/Sweep.Silo/release. The layout of
        // artifacts/publish is the same.
        var here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var library = Path.GetFullPath(Path.Combine(here, "..", "..", "Sweep.Silo", Path.GetFileName(here), "Sweep.Silo.dll"));
        return File.Exists(library)
            ? [DotnetProgram.Path, library]
            : throw new LocalClusterException(
                $"The silo is not at {library}. "
                + "Build it (dotnet build -c Release silo/Sweep.Silo) or name it (SWEEP_SILO=/folder/Sweep.Silo.dll).");
    }
}

internal static class DotnetProgram
{
    /// <summary>The <c>dotnet</c> that runs this program, or that of <c>DOTNET_ROOT</c>, or that of the PATH.</summary>
    public static string Path { get; } =
        Environment.ProcessPath is { } path && System.IO.Path.GetFileName(path) == "dotnet" ? path
        : Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root
            && System.IO.Path.Combine(root, "dotnet") is var named
            && File.Exists(named) ? named
        : "dotnet";
}
