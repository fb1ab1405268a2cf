using System.Runtime.InteropServices;

namespace Sweep.Client.Local;

/// <summary>Sends signals to other processes, which .NET cannot do.</summary>
internal static class Signals
{
    private const int Interrupt = 2;
    private const int Terminate = 15;
    private const int Killed = 9;

    public static void SendInterrupt(int processId) => Send(processId, Interrupt);

    public static void SendTerminate(int processId) => Send(processId, Terminate);

    public static void SendKill(int processId) => Send(processId, Killed);

    /// <summary>How a process ended, from its exit code. For a signal, .NET gives 128 plus the signal's number.</summary>
    public static string Describe(int exitCode) => exitCode switch
    {
        128 + Killed => "it was killed (signal 9)",
        > 128 and < 128 + 65 => $"it ended by signal {exitCode - 128}",
        _ => $"it ended with exit code {exitCode}",
    };

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Send(int processId, int signal);
}
