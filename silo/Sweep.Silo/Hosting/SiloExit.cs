using System.Runtime.InteropServices;

namespace Sweep.Silo.Hosting;

/// <summary>The exit codes of a silo, and an exit that waits for nothing.</summary>
internal static partial class SiloExit
{
    /// <summary>The silo gave back all its trials.</summary>
    public const int Drained = 0;

    /// <summary>An option, or the file with options, is wrong. Starting again does not help.</summary>
    public const int WrongInput = 2;

    /// <summary>The database, the certificates or a port cannot be used at the moment.</summary>
    public const int Unusable = 3;

    /// <summary>The cluster declared the silo dead, or the silo cannot go on for another reason.</summary>
    public const int CannotGoOn = 5;

    /// <summary>The silo ended before it had given back all its trials, because of a second signal or because the limit was over.</summary>
    public const int Interrupted = 130;

    /// <summary>Writes a line to standard error and ends the process at once.</summary>
    // Environment.Exit would wait for the host to stop, and the host would wait for whatever does not answer.
    public static void Now(int code, string line)
    {
        Console.Error.WriteLine(line);
        Console.Error.Flush();
        ExitNow(code);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int code);
}
