using System.Runtime.InteropServices;

namespace Sweep.Silo.Hosting;

/// <summary>How a silo ends: its exit codes, and the end that waits for nobody.</summary>
internal static partial class SiloExit
{
    /// <summary>It has given everything back.</summary>
    public const int Drained = 0;

    /// <summary>An option, or the file with options, which another start does not mend.</summary>
    public const int WrongInput = 2;

    /// <summary>The database, the certificates or a port cannot be used now.</summary>
    public const int Unusable = 3;

    /// <summary>The cluster declared it dead, or it cannot go on.</summary>
    public const int CannotGoOn = 5;

    /// <summary>It ended before it had given everything back: it was told twice, or its time was over.</summary>
    public const int Interrupted = 130;

    /// <summary>Says a line on standard error and ends at once.</summary>
    // Environment.Exit would wait for the host to stop, and the host for whatever does not answer.
    public static void Now(int code, string line)
    {
        Console.Error.WriteLine(line);
        Console.Error.Flush();
        ExitNow(code);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int code);
}
