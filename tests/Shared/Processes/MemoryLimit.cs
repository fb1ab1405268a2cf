using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Sweep.Processes;

/// <summary>What the kernel lets a process have: Linux' <c>prlimit</c> of another process.</summary>
public static class MemoryLimit
{
    private const int Data = 2;
    private const int NoSuchProcess = 3;

    /// <summary>The process gets no more memory for its data than this, and keeps what it has. A process that is gone is left alone.</summary>
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
