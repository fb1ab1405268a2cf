using System.Globalization;

namespace Sweep.Runner.Processes;

/// <summary>
/// How often the system has killed a process of this control group because its memory was used up. Source: memory.events in the kernel's
/// documentation of control groups, version 2; memory.oom_control in version 1.
/// </summary>
internal static class MemoryKills
{
    private const string Word = "oom_kill ";

    private static readonly IReadOnlyList<string> Files = FilesOf(Groups());

    /// <summary>The count; null where the machine does not tell.</summary>
    public static long? Count
    {
        get
        {
            try
            {
                var line = Files.FirstOrDefault(File.Exists) is { } file
                    ? Array.Find(File.ReadAllLines(file), line => line.StartsWith(Word, StringComparison.Ordinal))
                    : null;
                return line is null ? null : long.Parse(line[Word.Length..], CultureInfo.InvariantCulture);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
            {
                return null;
            }
        }
    }

    /// <summary>The files that may have the count. The first one that exists has it.</summary>
    /// <param name="groups">The lines of <c>/proc/self/cgroup</c>, each <c>hierarchy:controllers:group</c>.</param>
    public static IReadOnlyList<string> FilesOf(IEnumerable<string> groups)
    {
        // In version 1 each hierarchy has groups of its own, and only those of memory count: a process may be in the root of the others.
        var parts = groups.Select(line => line.Split(':', 3)).Where(parts => parts.Length == 3).ToList();
        return
        [
            .. parts.Where(parts => parts[1].Split(',').Contains("memory"))
                .Select(parts => $"/sys/fs/cgroup/memory{parts[2].TrimEnd('/')}/memory.oom_control"),
            .. parts.Where(parts => parts[1].Length == 0).Select(parts => $"/sys/fs/cgroup{parts[2].TrimEnd('/')}/memory.events"),
            // A container may see its own group as the root, and be told the name that the group has outside.
            "/sys/fs/cgroup/memory.events",
            "/sys/fs/cgroup/memory/memory.oom_control",
        ];
    }

    private static IReadOnlyList<string> Groups()
    {
        try
        {
            return File.ReadAllLines("/proc/self/cgroup");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
