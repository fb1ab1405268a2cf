namespace Sweep.Client.Files;

/// <summary>Follows every symbolic link in a path. The parts of the path that do not exist stay as they are.</summary>
internal static class RealPath
{
    /// <summary>The greatest number of links, which is also Linux's limit.</summary>
    private const int MaxLinks = 40;

    /// <exception cref="IOException">The path has too many links, probably in a circle.</exception>
    public static string Of(string path)
    {
        var links = 0;
        return Resolve(Path.GetFullPath(path));

        string Resolve(string full) =>
            Path.GetDirectoryName(full) is { } folder ? Follow(Path.Combine(Resolve(folder), Path.GetFileName(full))) : full;

        string Follow(string full)
        {
            if (new FileInfo(full).LinkTarget is not { } target)
                return full;
            return ++links > MaxLinks
                ? throw new IOException($"{path} has too many symbolic links.")
                : Resolve(Path.GetFullPath(target, Path.GetDirectoryName(full)!));
        }
    }

    /// <summary>Whether a real path lies in a real folder, at any depth.</summary>
    public static bool IsWithin(string path, string folder)
    {
        var relative = Path.GetRelativePath(folder, path);
        return relative != ".." && !relative.StartsWith("../", StringComparison.Ordinal);
    }
}
