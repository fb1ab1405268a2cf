using System.Globalization;

namespace Sweep.Processes;

/// <summary>The processes of this machine, read from <c>/proc</c>.</summary>
public static class ProcessTable
{
    /// <summary>Ticks a second of the kernel's counters, the same on every Linux that runs .NET.</summary>
    private const int TicksPerSecond = 100;

    /// <summary>Ids of the children of a process whose command line contains this word, lowest first.</summary>
    public static IReadOnlyList<int> Children(int parent, string word) =>
        [.. All().Where(id => ParentOf(id) == parent && Read($"/proc/{id}/cmdline").Contains(word, StringComparison.Ordinal)).Order()];

    /// <summary>Ids of the processes whose working folder is this one.</summary>
    public static IReadOnlyList<int> In(string folder) => [.. All().Where(id => WorkingFolder(id) == folder)];

    /// <summary>Whether the process is alive. False when it is gone, or dead and not yet waited for.</summary>
    public static bool IsAlive(int id) => State(id) is not (null or 'Z' or 'X');

    /// <summary>Processor time of a process so far; zero when it is gone.</summary>
    public static TimeSpan Worked(int id) => Stat(id) is { Length: > 12 } stat
        ? TimeSpan.FromSeconds(
            (double.Parse(stat[11], CultureInfo.InvariantCulture) + double.Parse(stat[12], CultureInfo.InvariantCulture)) / TicksPerSecond)
        : TimeSpan.Zero;

    private static IEnumerable<int> All() =>
        Directory.GetDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, out _))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture));

    private static int? ParentOf(int id) => Stat(id) is [_, var parent, ..] ? int.Parse(parent, CultureInfo.InvariantCulture) : null;

    private static char? State(int id) => Stat(id) is [var state, ..] ? state[0] : null;

    /// <summary>The fields after the process's name, which is in brackets and may contain any character: state, parent, …</summary>
    private static string[] Stat(int id) =>
        Read($"/proc/{id}/stat") is { Length: > 0 } text ? text[(text.LastIndexOf(')') + 2)..].Split(' ') : [];

    private static string? WorkingFolder(int id)
    {
        try
        {
            return new FileInfo($"/proc/{id}/cwd").LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
