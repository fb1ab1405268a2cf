using System.Runtime.InteropServices;

namespace Sweep.Processes;

/// <summary>Signals with their numbers on Linux.</summary>
public enum ProcessSignal { Interrupt = 2, Quit = 3, Kill = 9, Terminate = 15, Continue = 18, Stop = 19 }

public static class ProcessSignals
{
    /// <summary>Sends the signal. Nothing happens when the process is gone.</summary>
    public static void Send(this ProcessSignal signal, int processId) => _ = Send(processId, (int)signal);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Send(int processId, int signal);
}
