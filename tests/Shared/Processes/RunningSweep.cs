using System.Diagnostics;
using System.Text;

namespace Sweep.Processes;

/// <summary>A running <c>sweep</c> command, and what it has printed so far.</summary>
public sealed class RunningSweep : IDisposable
{
    private static readonly TimeSpan PrintLimit = TimeSpan.FromMinutes(2);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    /// <param name="process">A process that was started with <see cref="StartInfo"/>.</param>
    public RunningSweep(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
    }

    public int Id => _process.Id;

    /// <summary>Returns the start of a command in the repository's root whose standard streams are pipes.</summary>
    public static ProcessStartInfo StartInfo(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = BuiltPrograms.Repository,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("SWEEP_POSTGRES");
        return start;
    }

    /// <exception cref="TimeoutException">The command did not end in time and was killed. The message has what it printed.</exception>
    public async Task<(int Code, string Output, string Errors)> EndAsync(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"Waited {patience.TotalSeconds} s for the command to end; it printed: {Printed()}{_errors}");
        }

        return (_process.ExitCode, _output.ToString(), _errors.ToString());
    }

    /// <summary>Waits until the command has printed a text.</summary>
    /// <exception cref="TimeoutException">The command did not print the text in time.</exception>
    /// <exception cref="InvalidOperationException">The command ended before it printed the text.</exception>
    public async Task PrintedAsync(string text)
    {
        using var limit = new CancellationTokenSource(PrintLimit);
        while (!Printed().Contains(text, StringComparison.Ordinal))
        {
            if (limit.IsCancellationRequested)
                throw new TimeoutException($"Waited {PrintLimit.TotalMinutes} min for \"{text}\"; found: {Printed()}{_errors}");
            if (_process.HasExited)
                throw new InvalidOperationException($"The command ended before it printed \"{text}\": {Printed()}{_errors}");
            await Task.Delay(50);
        }
    }

    public void Send(ProcessSignal signal) => signal.Send(Id);

    public void Interrupt() => Send(ProcessSignal.Interrupt);

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private string Printed()
    {
        lock (_output)
            return _output.ToString();
    }

    private static void Append(StringBuilder text, string? line)
    {
        lock (text)
            text.AppendLine(line);
    }
}
