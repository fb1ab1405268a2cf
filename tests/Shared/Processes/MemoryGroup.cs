using System.Globalization;

namespace Sweep.Processes;

/// <summary>
/// A control group with little memory, of version 1 or 2, whichever this machine has. Making it requires root.
/// </summary>
public sealed class MemoryGroup : IDisposable
{
    private readonly string _folder;

    private MemoryGroup(string folder) => _folder = folder;

    /// <summary>Makes a group whose processes have this many bytes together.</summary>
    /// <returns>The group, or why none can be made.</returns>
    public static (MemoryGroup? Group, string Complaint) Make(long bytes)
    {
        var complaint = "this process is in no control group of memory";
        foreach (var (parent, limits) in Parents())
        {
            var folder = Path.Combine(parent, $"sweep-memory-{Environment.ProcessId}-{Guid.NewGuid():N}");
            try
            {
                Directory.CreateDirectory(folder);
                try
                {
                    if (!File.Exists(Path.Combine(folder, limits[0])))
                        throw new IOException($"the groups in {parent} have no limit of memory");
                    foreach (var limit in limits.Select(limit => Path.Combine(folder, limit)).Where(File.Exists))
                    {
                        var value = limit.EndsWith(".swap.max", StringComparison.Ordinal) ? 0 : bytes;
                        File.WriteAllText(limit, value.ToString(CultureInfo.InvariantCulture));
                    }

                    return (new(folder), "");
                }
                catch
                {
                    Directory.Delete(folder);
                    throw;
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                complaint = $"no control group of memory can be made: {error.Message}";
            }
        }

        return (null, complaint);
    }

    /// <summary>Moves a process into the group, where all that it starts from then on is, too. It keeps the memory that it has.</summary>
    public void Add(int process) =>
        File.WriteAllText(Path.Combine(_folder, "cgroup.procs"), process.ToString(CultureInfo.InvariantCulture));

    /// <summary>Removes the group, which must be empty.</summary>
    public void Dispose() => Directory.Delete(_folder);

    private static IEnumerable<(string Parent, string[] Limits)> Parents()
    {
        foreach (var parts in File.ReadLines("/proc/self/cgroup").Select(line => line.Split(':', 3)))
        {
            if (parts[1].Split(',').Contains("memory"))
                yield return ("/sys/fs/cgroup/memory" + parts[2], ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"]);
            else if (parts[1].Length == 0 && File.Exists("/sys/fs/cgroup/cgroup.controllers"))
            {
                // In version 2 a group with processes has no groups with limits, so that the new one lies beside it or further out.
                for (var parent = "/sys/fs/cgroup" + parts[2].TrimEnd('/'); parent != "/sys/fs"; parent = Path.GetDirectoryName(parent)!)
                    yield return (parent, ["memory.max", "memory.swap.max"]);
            }
        }
    }
}
