using System.Globalization;

namespace Sweep.Runner.Processes;

/// <summary>A process of this machine.</summary>
/// <param name="State">The letter of its state; Z for a zombie.</param>
/// <param name="MemoryBytes">Its resident memory.</param>
/// <param name="Processor">Its processor time, and that of the children that it has waited for.</param>
internal sealed record ProcessEntry(int Id, int Parent, char State, long MemoryBytes, TimeSpan Processor);

/// <summary>The descendants of a process. Source: proc_pid_stat(5).</summary>
internal static class ProcessTree
{
    /// <summary>The unit of the times in files of /proc. Source: USER_HZ in time(7).</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>The descendants, children before their own children.</summary>
    /// <param name="except">A process that is left out with all its descendants.</param>
    public static IReadOnlyList<ProcessEntry> Of(int process, int except)
    {
        var children = Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? Read(id) : null)
            .OfType<ProcessEntry>()
            .Where(entry => entry.Id != except)
            .ToLookup(entry => entry.Parent);
        var found = new List<ProcessEntry>(children[process]);
        for (var index = 0; index < found.Count; index++)
            found.AddRange(children[found[index].Id]);
        return found;
    }

    private static ProcessEntry? Read(int id)
    {
        try
        {
            // The name of the program stands in parentheses, and may itself contain some.
            var line = File.ReadAllText($"/proc/{id}/stat");
            var parts = line[(line.LastIndexOf(')') + 2)..].Split(' ');
            return new(
                id,
                int.Parse(parts[1], CultureInfo.InvariantCulture),
                parts[0][0],
                long.Parse(parts[21], CultureInfo.InvariantCulture) * Environment.SystemPageSize,
                parts[11..15].Sum(part => long.Parse(part, CultureInfo.InvariantCulture)) * Tick);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has ended in the meantime.
            return null;
        }
    }
}
