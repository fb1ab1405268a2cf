using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sweep.Trainer;

/// <summary>Calls of the C library that .NET does not offer.</summary>
internal static partial class NativeProcess
{
    private const int Output = 1;
    private const int Error = 2;
    private const int ProcessClock = 2;
    private const int ThreadClock = 3;

    /// <summary>Processor time of all threads of this process. Source: CLOCK_PROCESS_CPUTIME_ID in clock_gettime(2).</summary>
    public static TimeSpan ProcessorTime => Read(ProcessClock);

    /// <summary>Processor time of the calling thread. Source: CLOCK_THREAD_CPUTIME_ID in clock_gettime(2).</summary>
    public static TimeSpan ThreadProcessorTime => Read(ThreadClock);

    /// <summary>
    /// Reserves standard output for the protocol. Everything else that writes there, native code included, goes to standard error and so to
    /// the log.
    /// </summary>
    public static Stream TakeStandardOutput()
    {
        var protocol = Duplicate(Output);
        if (protocol < 0 || Duplicate(Error, Output) < 0)
            throw new IOException($"Standard output cannot be duplicated: error {Marshal.GetLastPInvokeError()}.");
        return new FileStream(new SafeFileHandle(protocol, ownsHandle: true), FileAccess.Write, bufferSize: 0);
    }

    /// <summary>
    /// Gives memory back to the system that was freed, but that the C library keeps for later. Source: malloc_trim(3).
    /// </summary>
    public static void GiveFreedMemoryBack() => _ = Trim(0);

    /// <summary>
    /// Ends the process without any cleanup. A running step cannot delay the end, and libtorch's destructors cannot crash during it.
    /// </summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void ExitAtOnce(int code);

    private static TimeSpan Read(int clock) => Read(clock, out var time) == 0
        ? TimeSpan.FromTicks((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / TimeSpan.NanosecondsPerTick))
        : throw new IOException($"The clock {clock} of the system cannot be read: error {Marshal.GetLastPInvokeError()}.");

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int Read(int clock, out ClockTime time);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Duplicate(int descriptor, int target);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct ClockTime
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
