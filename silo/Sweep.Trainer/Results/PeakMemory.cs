using System.Globalization;

namespace Sweep.Trainer.Results;

/// <summary>
/// The largest resident memory of this process since this object was made, in bytes. The system keeps the mark and resets it when asked to.
/// Where it refuses that, the resident memory is read ten times a second instead, and a shorter peak is missed.
/// Source: VmHWM in proc_pid_status(5), and the value 5 in proc_pid_clear_refs(5).
/// </summary>
internal sealed class PeakMemory : IDisposable
{
    private static readonly TimeSpan SampleEvery = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Timer? _samples;
    private long _largest;

    /// <param name="clearRefs">The file that resets the mark.</param>
    public PeakMemory(string clearRefs = "/proc/self/clear_refs")
    {
        // What was freed would count as used by what comes now.
        NativeProcess.GiveFreedMemoryBack();
        try
        {
            using var file = new FileStream(clearRefs, FileMode.Open, FileAccess.Write);
            file.Write("5"u8);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Sample();
            _samples = new(_ => Sample(), null, SampleEvery, SampleEvery);
        }
    }

    public long Bytes
    {
        get
        {
            if (_samples is null)
                return Read("VmHWM:");
            Sample();
            return _largest;
        }
    }

    public void Dispose() => _samples?.Dispose();

    private void Sample()
    {
        lock (_gate)
            _largest = Math.Max(_largest, Read("VmRSS:"));
    }

    private static long Read(string name)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
