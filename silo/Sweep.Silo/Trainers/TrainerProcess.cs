using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sweep.Domain.Protocol;

namespace Sweep.Silo.Trainers;

/// <summary>A trainer as a child process: frames over its standard input and output, its log on standard error. It ends when its input does, and so with this process.</summary>
internal sealed class TrainerProcess : ITrainer
{
    /// <summary>How long lines that were written may be on their way.</summary>
    private static readonly TimeSpan LogLimit = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly SemaphoreSlim _marks = new(0);
    private readonly Stream _events;
    private readonly Task _logging;
    private string _lastLine = "it wrote nothing";
    private string? _violation;

    /// <exception cref="TrainerStartException">The system does not start it.</exception>
    public TrainerProcess(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardErrorEncoding = Encoding.UTF8;
        _process = Started(start);
        // A message comes in one piece, and is read so.
        _events = new BufferedStream(_process.StandardOutput.BaseStream, 1 << 16);
        _logging = Task.Run(ReadLogAsync);
    }

    public int Id => _process.Id;

    public string? Death
    {
        // A trainer may die between two trials, when nobody reads.
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
            // It has ended: the reader finds out how.
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
                // After the last word the log belongs to the next training.
                if (frame.Message is TrainerEvent.Succeeded or TrainerEvent.Failed or TrainerEvent.Stopped)
                    await _marks.WaitAsync(LogLimit, cancellation);
                return frame;
            }
        }
        catch (ProtocolException error)
        {
            _violation = error.Message;
        }

        // It has ended or is about to; one that only closed its output is of no use either.
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
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended by itself, or the system does not let it: then whoever waits for its end reports that.
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
            // No right to execute, no such interpreter, no process or file left: .NET's own sentence around the system's is long.
            var reason = error is Win32Exception system ? new Win32Exception(system.NativeErrorCode).Message : error.Message;
            throw new TrainerStartException($"The trainer {start.FileName} cannot be started: {reason}");
        }
    }

    /// <summary>.NET reports a process that a signal ended as 128 plus the signal.</summary>
    private static string HowItEnded(int exitCode) => exitCode > 128
        ? string.Create(CultureInfo.InvariantCulture, $"the trainer was ended by signal {exitCode - 128}")
        : string.Create(CultureInfo.InvariantCulture, $"the trainer ended with exit code {exitCode}");
}
