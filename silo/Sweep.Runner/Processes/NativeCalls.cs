using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sweep.Runner.Processes;

/// <summary>Calls of the C library that .NET does not offer.</summary>
internal static partial class NativeCalls
{
    public const int Terminate = 15, KillAtOnce = 9;

    private const int Output = 1, Error = 2, DuplicateClosing = 1030, SetSubreaper = 36, OfChildren = -1, NoWait = 1;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Processor time of all processes that this one has waited for, and of those that they waited for.</summary>
    public static TimeSpan ProcessorTimeOfChildren
    {
        get
        {
            // The structure has 18 numbers, of which the first four are two times. Source: getrusage(2).
            Span<long> usage = stackalloc long[18];
            return Usage(OfChildren, ref usage[0]) != 0 ? TimeSpan.Zero
                : TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3]);
        }
    }

    /// <summary>
    /// Reserves standard output for the protocol; no process that is started inherits it. What else writes there goes to standard error.
    /// </summary>
    public static Stream TakeStandardOutput()
    {
        var protocol = Control(Output, DuplicateClosing, 3);
        if (protocol < 0 || Duplicate(Error, Output) < 0)
            throw new IOException($"Standard output cannot be duplicated: error {Marshal.GetLastPInvokeError()}.");
        return new FileStream(new SafeFileHandle(protocol, ownsHandle: true), FileAccess.Write, bufferSize: 0);
    }

    /// <summary>
    /// Makes this process the parent of every descendant whose own parent ends, so that one that detaches itself is still found.
    /// Source: PR_SET_CHILD_SUBREAPER in prctl(2).
    /// </summary>
    public static void AdoptOrphans() => Check(Process(SetSubreaper, 1, 0, 0, 0), "prctl");

    public static void MakePipe(string path) => Check(MakePipe(path, (uint)OwnerOnly), "mkfifo");

    /// <summary>Sends a signal to a process, or to a group where the number is negative. </summary>
    /// <returns>False when there is none, which is no error.</returns>
    public static bool Signal(int process, int signal) => Kill(process, signal) == 0;

    /// <summary>Takes the exit code of a child that has ended, so that it is no zombie any more.</summary>
    public static void Reap(int child) => _ = Wait(child, 0, NoWait);

    /// <summary>Ends this process without any cleanup.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void ExitAtOnce(int code);

    private static void Check(int result, string name)
    {
        if (result != 0)
            throw new IOException($"{name} failed: error {Marshal.GetLastPInvokeError()}.");
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Duplicate(int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Process(int option, nuint value, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid")]
    private static partial int Wait(int process, nint status, int options);

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int Usage(int who, ref long usage);
}
