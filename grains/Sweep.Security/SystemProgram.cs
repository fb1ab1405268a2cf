namespace Sweep.Security;

/// <summary>Finds a program of the system by its name. .NET would look in the current folder first, which may contain any file.</summary>
public static class SystemProgram
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>
    /// Returns the program's path in the first folder of the PATH that has it; null when none has it. Folders that are relative to the
    /// current one are skipped. A name that is an absolute path is returned unchanged if the file exists.
    /// </summary>
    public static string? Find(string name) => Find(name, Environment.GetEnvironmentVariable("PATH") ?? "");

    internal static string? Find(string name, string path) => name.StartsWith('/') ? (File.Exists(name) ? name : null) : path.Split(':')
        .Where(folder => folder.StartsWith('/'))
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(file => File.Exists(file) && (File.GetUnixFileMode(file) & Executable) != 0);
}
