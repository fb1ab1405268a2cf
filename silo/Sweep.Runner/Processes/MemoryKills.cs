using System.Globalization;

namespace Sweep.Runner.Processes;

/// <summary>
/// How often the system has killed a process of this control group because its memory was used up. Source: memory.events in the kernel's
/// documentation of control groups, version 2; memory.oom_control in version 1.
/// </summary>
internal static class MemoryKills
{
    private const string Word = "oom_kill ";

    private static readonly string[] Files =
    [
        .. Groups().SelectMany(group => new[]
        {
            $"/sys/fs/cgroup{group}/memory.events", $"/sys/fs/cgroup/memory{group}/memory.oom_control",
        }),
        "/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control",
    ];

    /// <summary>The count; null where the machine does not tell.</summary>
    public static long? Count
    {
        get
        {
            try
            {
                var line = Array.Find(Files, File.Exists) is { } file
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

    private static IEnumerable<string> Groups()
    {
        try
        {
            return [.. File.ReadAllLines("/proc/self/cgroup").Select(line => line[(line.LastIndexOf(':') + 1)..].TrimEnd('/')).Distinct()];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
