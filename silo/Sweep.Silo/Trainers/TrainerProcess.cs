using System.Diagnostics;
using System.Globalization;
using Sweep.Domain.Protocol;

namespace Sweep.Silo.Trainers;

/// <summary>A trainer as a child process: frames over its standard input and output, its log on standard error. It ends when its input does, and so with this process.</summary>
internal sealed class TrainerProcess : ITrainer
{
    private readonly Process _process;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly Stream _events;
    private readonly Task _logging;
    private string _lastLine = "it wrote nothing";
    private string? _violation;

    public TrainerProcess(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        _process = Process.Start(start) ?? throw new TrainerStartException($"{start.FileName} did not start.");
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
        catch (IOException)
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
                return frame;
        }
        catch (ProtocolException error)
        {
            Kill();
            _violation = error.Message;
        }

        await _process.WaitForExitAsync(cancellation);
        await _logging;
        Death = _violation ?? $"{HowItEnded(_process.ExitCode)}; last line of its log: {_lastLine}";
        return null;
    }

    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _sending.Dispose();
    }

    private async Task ReadLogAsync()
    {
        await foreach (var line in TrainerLogLines.ReadAsync(_process.StandardError))
        {
            if (line.Length > 0)
                _lastLine = line;
            Log?.Invoke(line);
        }
    }

    /// <summary>.NET reports a process that a signal ended as 128 plus the signal.</summary>
    private static string HowItEnded(int exitCode) => exitCode > 128
        ? string.Create(CultureInfo.InvariantCulture, $"the trainer was ended by signal {exitCode - 128}")
        : string.Create(CultureInfo.InvariantCulture, $"the trainer ended with exit code {exitCode}");
}
