using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Sweep.Client.Local;

/// <summary>Replaces this program by another one, under the same process id, by the C library's <c>execvp</c>.</summary>
internal static partial class ProgramReplacement
{
    /// <summary>Runs a program in place of this one. Does not return.</summary>
    /// <param name="command">The program (a path, or a name on the PATH) and its arguments.</param>
    /// <param name="environment">The variables that are added to this process's environment.</param>
    /// <exception cref="LocalClusterException">The program cannot be started.</exception>
    public static void Run(IReadOnlyList<string> command, params IReadOnlyList<(string Name, string Value)> environment)
    {
        // Environment.SetEnvironmentVariable changes only a copy inside .NET, which execvp does not read.
        foreach (var (name, value) in environment)
            _ = SetEnvironment(name, value, overwrite: 1);
        _ = Execute(command[0], [.. command, null]);
        throw new LocalClusterException($"{command[0]} cannot be started: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
    }

    [LibraryImport("libc", EntryPoint = "execvp", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string program, string?[] arguments);

    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
