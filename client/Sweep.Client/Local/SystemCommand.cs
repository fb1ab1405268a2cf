using System.Diagnostics;
using Sweep.Security;

namespace Sweep.Client.Local;

internal static class SystemCommand
{
    /// <summary>The start of one of the system's own programs, which is looked for only on the PATH.</summary>
    /// <exception cref="LocalClusterException">The program is not on the PATH.</exception>
    public static ProcessStartInfo Of(string program, params IEnumerable<string> arguments) => new(
        SystemProgram.Find(program)
            ?? throw new LocalClusterException($"{program} is not on the PATH; install util-linux and coreutils, or add /usr/bin to it."),
        arguments);
}
