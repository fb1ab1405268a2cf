using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Sweep.Client.Local;

/// <summary>The C library's <c>execve</c>: another program in the place of this one, under the same process id.</summary>
internal static partial class ProgramReplacement
{
    /// <summary>Does not return.</summary>
    /// <param name="command">The program (a path, or a name on the PATH) and its arguments.</param>
    /// <param name="environment">What is added to this process's environment.</param>
    /// <exception cref="LocalClusterException">The program cannot be started.</exception>
    public static void Run(IReadOnlyList<string> command, params IReadOnlyList<(string Name, string Value)> environment)
    {
        // .NET would keep a change of the environment to itself.
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
