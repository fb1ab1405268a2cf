using System.Globalization;

namespace Sweep.Runner.Processes;

/// <summary>
/// The largest resident memory of a program: that of all its processes together when they were looked at, and at least the most that any
/// one of them had until then. It is looked at often in the first quarter of a second, and then four times a second. The system's own
/// account of children that have ended (getrusage(2)) does not serve, since a child's largest memory there is never below what its parent
/// had when it started it.
/// </summary>
internal sealed class MemoryOfTree : IAsyncDisposable
{
    /// <summary>With fewer looks the number would say more about the moment of the look than about the program.</summary>
    private const int FewestLooks = 2;

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(20), Every = TimeSpan.FromMilliseconds(250);

    private readonly Timer _timer;
    private readonly ProcessGuard _guard;
    private readonly Action<IReadOnlyList<ProcessEntry>> _seen;
    private TimeSpan _pause = First;
    private long _largest;
    private int _looks;

    /// <param name="guard">Knows the processes of the program.</param>
    /// <param name="seen">Is given the processes each time.</param>
    public MemoryOfTree(ProcessGuard guard, Action<IReadOnlyList<ProcessEntry>> seen)
    {
        (_guard, _seen) = (guard, seen);
        _timer = new(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(_pause, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Null when the program was too short to be looked at twice.</summary>
    public long? Bytes => Volatile.Read(ref _looks) < FewestLooks ? null : Volatile.Read(ref _largest);

    /// <summary>Waits for a look that goes on.</summary>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Look()
    {
        var tree = _guard.Descendants();
        _seen(tree);
        var running = tree.Where(entry => entry.State != 'Z').ToList();
        if (running.Count > 0)
        {
            var now = Math.Max(running.Sum(entry => entry.MemoryBytes), running.Max(entry => LargestOf(entry.Id)));
            Volatile.Write(ref _largest, Math.Max(now, _largest));
            Volatile.Write(ref _looks, _looks + 1);
        }

        _pause = _pause * 2 < Every ? _pause * 2 : Every;
        try
        {
            _timer.Change(_pause, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // This was the last look.
        }
    }

    /// <summary>The most resident memory that a process has had since it began its program. Source: proc_pid_status(5).</summary>
    private static long LargestOf(int process)
    {
        const string Name = "VmHWM:", Unit = " kB";
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
            return line is null
                ? 0
                : 1024 * long.Parse(line[Name.Length..^Unit.Length], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has ended in the meantime.
            return 0;
        }
    }
}
