using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sweep.Trainer;

/// <summary>What the C library does for this process and .NET does not.</summary>
internal static partial class NativeProcess
{
    private const int Output = 1;
    private const int Error = 2;

    /// <summary>Takes standard output for the protocol alone: whatever else writes there, native code too, ends up in the log.</summary>
    public static Stream TakeStandardOutput()
    {
        var protocol = Duplicate(Output);
        if (protocol < 0 || Duplicate(Error, Output) < 0)
            throw new IOException($"Standard output cannot be duplicated: error {Marshal.GetLastPInvokeError()}.");
        return new FileStream(new SafeFileHandle(protocol, ownsHandle: true), FileAccess.Write, bufferSize: 0);
    }

    /// <summary>Ends the process without a word to anybody: a step that runs cannot hold it up, and libtorch's destructors cannot crash under it.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void ExitAtOnce(int code);

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Duplicate(int descriptor, int target);
}
