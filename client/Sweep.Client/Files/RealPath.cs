namespace Sweep.Client.Files;

/// <summary>Where a path leads when every symbolic link in it is followed; what does not exist stays as it is written.</summary>
internal static class RealPath
{
    /// <summary>As many as Linux follows.</summary>
    private const int MaxLinks = 40;

    /// <exception cref="IOException">Its links go in a circle.</exception>
    public static string Of(string path)
    {
        var links = 0;
        return Resolve(Path.GetFullPath(path));

        string Resolve(string full) => Path.GetDirectoryName(full) is { } folder ? Follow(Path.Combine(Resolve(folder), Path.GetFileName(full))) : full;

        string Follow(string full)
        {
            if (new FileInfo(full).LinkTarget is not { } target)
                return full;
            return ++links > MaxLinks ? throw new IOException($"{path} has too many symbolic links.") : Resolve(Path.GetFullPath(target, Path.GetDirectoryName(full)!));
        }
    }

    /// <summary>Whether a real path lies in a real folder, at any depth.</summary>
    public static bool IsWithin(string path, string folder) => Path.GetRelativePath(folder, path) is var way && way != ".." && !way.StartsWith("../", StringComparison.Ordinal);
}
