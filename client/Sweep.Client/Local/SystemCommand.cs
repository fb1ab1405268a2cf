using System.Diagnostics;
using Sweep.Security;

namespace Sweep.Client.Local;

internal static class SystemCommand
{
    /// <summary>One of the system's own programs, found on the PATH alone.</summary>
    /// <exception cref="LocalClusterException">It is not there.</exception>
    public static ProcessStartInfo Of(string program, params IEnumerable<string> arguments) => new(
        SystemProgram.Find(program)
            ?? throw new LocalClusterException($"{program} is not on the PATH; install util-linux and coreutils, or add /usr/bin to it."),
        arguments);
}
