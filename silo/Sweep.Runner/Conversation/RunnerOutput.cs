using System.Text;
using Sweep.Domain.Protocol;

namespace Sweep.Runner.Conversation;

/// <summary>What the runner says: events to the silo, and lines of the log, which the silo keeps with the trial.</summary>
internal sealed class RunnerOutput(Stream events, Stream log)
{
    private readonly SemaphoreSlim _saying = new(1, 1);
    private readonly StreamWriter _log = new(log, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };

    public async Task SayAsync(TrainerEvent message, ReadOnlyMemory<byte> payload = default)
    {
        await _saying.WaitAsync();
        try
        {
            await Frame.WriteAsync(events, message, payload, CancellationToken.None);
        }
        finally
        {
            _saying.Release();
        }
    }

    public void Log(string line)
    {
        lock (_log)
            _log.WriteLine(line);
    }

    /// <summary>Writes the line that separates the log of one attempt from the log of the next.</summary>
    public void Mark() => Log(LogMark.Line);
}
