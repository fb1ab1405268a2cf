using System.Diagnostics;

namespace Sweep.Runner.Processes;

/// <summary>The program of one attempt: a process in a session and a group of its own, whose number both have.</summary>
internal sealed class ProgramProcess : IDisposable
{
    private readonly Process _process;

    private ProgramProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public Stream Output => _process.StandardOutput.BaseStream;

    public Stream Error => _process.StandardError.BaseStream;

    /// <param name="arguments">The program and its arguments.</param>
    /// <param name="folder">The folder in which it runs. A name with a slash is relative to it.</param>
    /// <param name="variables">All of its environment.</param>
    /// <exception cref="CommandNotFoundException">There is no such program, or it may not be run.</exception>
    public static ProgramProcess Start(IReadOnlyList<string> arguments, string folder, IReadOnlyDictionary<string, string> variables)
    {
        var program = CommandPath.Find(arguments[0], folder, variables.GetValueOrDefault("PATH") ?? "");
        var start = new ProcessStartInfo("setsid", [program, .. arguments.Skip(1)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment.Clear();
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        // It reads nothing.
        process.StandardInput.Close();
        return new(process);
    }

    /// <returns>The exit code; 128 and the number of the signal that ended it.</returns>
    public async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Asks the whole group to end.</summary>
    public void Terminate() => Signal(NativeCalls.Terminate);

    public void Kill() => Signal(NativeCalls.KillAtOnce);

    /// <summary>Kills it if it still runs.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }

    private void Signal(int signal)
    {
        // The group is there only once the process has made it.
        if (!NativeCalls.Signal(-Id, signal) && !_process.HasExited)
            NativeCalls.Signal(Id, signal);
    }
}
