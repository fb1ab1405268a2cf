namespace Sweep.Tests.SweepFiles;

/// <summary>The folder of the solution, for tests of committed files that are not code.</summary>
internal static class RepositoryFolder
{
    private static readonly string Root = Find();

    public static string Join(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sweep.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Sweep.sln.");
    }
}
