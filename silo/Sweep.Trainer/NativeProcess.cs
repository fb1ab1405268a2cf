using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sweep.Trainer;

/// <summary>Calls of the C library that .NET does not offer.</summary>
internal static partial class NativeProcess
{
    private const int Output = 1;
    private const int Error = 2;

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
    /// Ends the process without any cleanup. A running step cannot delay the end, and libtorch's destructors cannot crash during it.
    /// </summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void ExitAtOnce(int code);

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Duplicate(int descriptor, int target);
}
