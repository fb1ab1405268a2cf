using System.Globalization;

namespace Sweep.Trainer.Results;

/// <summary>Largest resident memory of this process so far, in bytes. Source: VmHWM in proc_pid_status(5).</summary>
internal static class PeakMemory
{
    public static long Bytes()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
