using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sweep.Domain.Protocol;

namespace Sweep.Silo.Trainers;

/// <summary>
/// A trainer as a child process. Frames go over its standard input and output, and its log over standard error. It ends when its input
/// ends, and therefore also when this process ends.
/// </summary>
internal sealed class TrainerProcess : ITrainer
{
    /// <summary>The longest wait for log lines that the trainer has written and this process has not read yet.</summary>
    private static readonly TimeSpan LogLimit = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly bool _killsTree;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly SemaphoreSlim _marks = new(0);
    private readonly Stream _events;
    private readonly Task _logging;
    private string _lastLine = "it wrote nothing";
    private string? _violation;

    /// <param name="killsTree">Whether <see cref="Kill"/> kills what the process has started, too.</param>
    /// <exception cref="TrainerStartException">The system does not start the process.</exception>
    public TrainerProcess(ProcessStartInfo start, bool killsTree = true)
    {
        _killsTree = killsTree;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardErrorEncoding = Encoding.UTF8;
        _process = Started(start);
        // The buffer saves system calls: a message mostly arrives in one piece, and is read in several.
        _events = new BufferedStream(_process.StandardOutput.BaseStream, 1 << 16);
        _logging = Task.Run(ReadLogAsync);
    }

    public int Id => _process.Id;

    public string? Death
    {
        // A trainer may die between two trials, when no call reads its events and finds out.
        get => field ?? (_process.HasExited ? HowItEnded(_process.ExitCode) : null);
        private set;
    }

    public Action<string>? Log { private get; set; }

    public async Task SendAsync(TrainerCommand command, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation);
        try
        {
            await Frame.WriteAsync(_process.StandardInput.BaseStream, command, payload, cancellation);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The process has ended, and ReceiveAsync finds out how.
        }
        finally
        {
            _sending.Release();
        }
    }

    public async Task<(TrainerEvent Event, byte[] Payload)?> ReceiveAsync(CancellationToken cancellation)
    {
        try
        {
            if (await Frame.ReadAsync<TrainerEvent>(_events, cancellation) is { } frame)
            {
                // After the last event of a training the log belongs to the next one, so the lines before it are awaited here.
                if (frame.Message is TrainerEvent.Succeeded or TrainerEvent.ProgramEnded or TrainerEvent.Failed or TrainerEvent.Stopped)
                    await _marks.WaitAsync(LogLimit, cancellation);
                return frame;
            }
        }
        catch (ProtocolException error)
        {
            _violation = error.Message;
        }

        // The process has ended or is about to. One that only closed its output is killed, because it is of no use either.
        if (_violation is not null || !await EndsAsync(cancellation))
            Kill();
        await EndsAsync(cancellation);
        await _logging.WaitAsync(LogLimit, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var end = _process.HasExited ? HowItEnded(_process.ExitCode) : "the trainer closed its output and does not end";
        Death = _violation ?? $"{end}; last line of its log: {_lastLine}";
        return null;
    }

    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: _killsTree);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException)
        {
            // The process has ended by itself, or the system does not allow it; then the caller that waits for its end reports that.
        }
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<bool> EndsAsync(CancellationToken cancellation)
    {
        try
        {
            await _process.WaitForExitAsync(cancellation).WaitAsync(TrainerEnd.Limit, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task ReadLogAsync()
    {
        await foreach (var line in TrainerLogLines.ReadAsync(_process.StandardError))
        {
            var text = line;
            if (text.EndsWith(LogMark.Line, StringComparison.Ordinal))
            {
                text = text[..^LogMark.Line.Length];
                if (text.Length > 0)
                    Log?.Invoke(text);
                _marks.Release();
                continue;
            }

            if (text.Length > 0)
                _lastLine = text;
            Log?.Invoke(text);
        }
    }

    private static Process Started(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Exception error)
        {
            // The cause may be a missing right to execute, a missing interpreter, or no process or file left. Only the system's own words
            // are kept, because .NET puts a long sentence around them.
            var reason = error is Win32Exception system ? new Win32Exception(system.NativeErrorCode).Message : error.Message;
            throw new TrainerStartException($"The trainer {start.FileName} cannot be started: {reason}");
        }
    }

    /// <summary>.NET reports a process that a signal ended as 128 plus the signal.</summary>
    private static string HowItEnded(int exitCode) => exitCode > 128
        ? string.Create(CultureInfo.InvariantCulture, $"the trainer was ended by signal {exitCode - 128}")
        : string.Create(CultureInfo.InvariantCulture, $"the trainer ended with exit code {exitCode}");
}
