namespace Sweep.Processes;

/// <summary>The programs of the same build as this one, which lie in sibling folders: <c>artifacts/bin/PROJECT/release</c>.</summary>
public static class BuiltPrograms
{
    private static readonly string Here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);

    /// <summary>Root of the repository, which is the folder that has the solution.</summary>
    public static string Repository { get; } = FindRepository();

    public static string Silo => Sibling("Sweep.Silo", "Sweep.Silo.dll");

    public static string Trainer => Sibling("Sweep.Trainer", "Sweep.Trainer.dll");

    public static string Client => Sibling("Sweep.Client", "sweep.dll");

    /// <summary>The program that uses the library for C#.</summary>
    public static string TrialProgram => Sibling("Sweep.TrialProgram", "Sweep.TrialProgram.dll");

    private static string Sibling(string project, string file)
    {
        var path = Path.GetFullPath(Path.Combine(Here, "..", "..", project, Path.GetFileName(Here), file));
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is not built; build the solution.", path);
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Sweep.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("No folder above this program has Sweep.sln.");
        return folder.FullName;
    }
}
