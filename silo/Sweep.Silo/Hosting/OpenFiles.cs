using System.ComponentModel.DataAnnotations;
using System.Runtime.InteropServices;

namespace Sweep.Silo.Hosting;

/// <summary>
/// The limit of files and connections that this process may have open at the same time. .NET raises the soft limit to the hard limit by
/// itself.
/// </summary>
internal static partial class OpenFiles
{
    /// <summary>Files that a silo needs for itself: its libraries, and its connections to the database and to other silos.</summary>
    private const int Base = 512;

    /// <summary>Files that a slot needs: the pipes to its trainer, and its share of the connections.</summary>
    private const int EachSlot = 8;

    // The number of RLIMIT_NOFILE on Linux.
    private const int Files = 7;

    /// <exception cref="ValidationException">The limit is too small for this many slots. The message is one line.</exception>
    public static void Require(int slots)
    {
        var needed = (ulong)(Base + EachSlot * slots);
        if (Get(Files, out var limit) == 0 && limit.Hard < needed)
        {
            throw new ValidationException(
                $"open files: this process may have {limit.Hard} open, and a silo with {slots} slots needs {needed}; " +
                "raise the limit (ulimit -n, LimitNOFILE of systemd).");
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int Get(int resource, out Limit limit);

    private readonly struct Limit
    {
        public readonly ulong Soft;
        public readonly ulong Hard;
    }
}
