namespace Sweep.Client.Local;

/// <summary>Finds the programs of Sweep that this one starts on this machine.</summary>
internal static class SiloProgram
{
    /// <summary>
    /// The command line of the silo: <c>SWEEP_SILO</c> (a .dll or a program), or the silo in the folder beside this program's.
    /// </summary>
    /// <exception cref="LocalClusterException">The silo's program does not exist.</exception>
    public static IReadOnlyList<string> Find() => Find("silo", "SWEEP_SILO", "Sweep.Silo");

    /// <summary>The command line of the runner of programs: <c>SWEEP_RUNNER</c>, or the runner beside this program.</summary>
    /// <exception cref="LocalClusterException">The runner's program does not exist.</exception>
    public static IReadOnlyList<string> FindRunner() => Find("runner of programs", "SWEEP_RUNNER", "Sweep.Runner");

    private static IReadOnlyList<string> Find(string what, string variable, string project)
    {
        var named = Environment.GetEnvironmentVariable(variable);
        if (!string.IsNullOrEmpty(named))
        {
            return !File.Exists(named)
                ? throw new LocalClusterException($"{variable}: found {named}, which does not exist; name {project}.dll.")
                : named.EndsWith(".dll", StringComparison.Ordinal) ? [DotnetProgram.Path, named] : [named];
        }

        // This program is in artifacts/bin/Sweep.Client/release, the silo in artifacts/bin/Sweep.Silo/release. The layout of
        // artifacts/publish is the same.
        var here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var library = Path.GetFullPath(Path.Combine(here, "..", "..", project, Path.GetFileName(here), $"{project}.dll"));
        return File.Exists(library)
            ? [DotnetProgram.Path, library]
            : throw new LocalClusterException(
                $"The {what} is not at {library}. "
                + $"Build it (dotnet build -c Release silo/{project}) or name it ({variable}=/folder/{project}.dll).");
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
