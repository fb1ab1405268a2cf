using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Sweep.Processes;

/// <summary>Sets the memory limit of another process, with <c>prlimit</c> of Linux.</summary>
public static class MemoryLimit
{
    private const int Data = 2;
    private const int NoSuchProcess = 3;

    /// <summary>
    /// Limits the memory for a process's data. The process keeps what it already has. Nothing happens when the process is gone.
    /// </summary>
    public static void Set(int processId, ulong bytes)
    {
        if (Limit(processId, Data, 0, out var now) == 0)
        {
            now.Soft = bytes;
            if (Limit(processId, Data, in now, 0) == 0)
                return;
        }

        if (Marshal.GetLastPInvokeError() != NoSuchProcess)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    private record struct Bounds(ulong Soft, ulong Hard);

    [DllImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static extern int Limit(int processId, int resource, nint none, out Bounds old);

    [DllImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static extern int Limit(int processId, int resource, in Bounds @new, nint none);
}
