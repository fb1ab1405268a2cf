namespace Sweep.Security;

/// <summary>A program of the system, by its name. .NET would look for it in the current folder first, where any file may lie.</summary>
public static class SystemProgram
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>
    /// Its path in the first folder of the PATH that has it; null when none has it. A folder that is relative to the current one does not count, and a name that
    /// is a path is one already.
    /// </summary>
    public static string? Find(string name) => Find(name, Environment.GetEnvironmentVariable("PATH") ?? "");

    internal static string? Find(string name, string path) => name.StartsWith('/') ? (File.Exists(name) ? name : null) : path.Split(':')
        .Where(folder => folder.StartsWith('/'))
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(file => File.Exists(file) && (File.GetUnixFileMode(file) & Executable) != 0);
}
