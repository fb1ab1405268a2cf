using System.Threading.Channels;
using Sweep.Domain.Trials;

namespace Sweep.Silo.Delivery;

/// <summary>Stores the lines that trainers write. A trainer that writes without end keeps its first <see cref="MaxLines"/> lines.</summary>
public sealed class AttemptLog(IAttemptStore store, StorageAlarm alarm, TimeProvider time) : BackgroundService
{
    public const int MaxLines = 10_000;
    private const int MaxBatch = 1_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>The time that a line waits for others. A statement for each line would cost as much as storing all epochs.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(250);

    private readonly Channel<LogLine> _lines = Channel.CreateBounded<LogLine>(
        new BoundedChannelOptions(50_000) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>A receiver of an attempt's lines, which it numbers from 1.</summary>
    public Action<string> For(TrialId trial, int attempt)
    {
        var line = 0;
        return text =>
        {
            var number = Interlocked.Increment(ref line);
            if (number <= MaxLines)
            {
                _lines.Writer.TryWrite(
                    new(trial, attempt, number, time.GetUtcNow(), number == MaxLines ? "… the rest is left out" : Clean(text)));
            }
        };
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<LogLine>(MaxBatch);
        while (await _lines.Reader.WaitToReadAsync(CancellationToken.None))
        {
            await Task.Delay(Gather, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (batch.Count < MaxBatch && _lines.Reader.TryRead(out var line))
                batch.Add(line);
            await StoreAsync(batch, stoppingToken);
            batch.Clear();
        }
    }

    /// <summary>
    /// Tries until the lines are stored or the silo stops. New lines wait in the channel in the meantime; when that is full, its oldest
    /// line is dropped.
    /// </summary>
    private async Task StoreAsync(IReadOnlyList<LogLine> batch, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await store.WriteLogAsync(batch, CancellationToken.None);
                return;
            }
            catch (Exception error) when (!Retry.IsTransient(error))
            {
                if (batch.Count == 1)
                {
                    alarm.Failed($"A line of the log of trial {batch[0].Trial} is dropped, since it cannot be stored", error);
                    return;
                }

                // Storing the halves apart, again and again, finds the line that is refused and stores all others.
                await StoreAsync([.. batch.Take(batch.Count / 2)], stopping);
                await StoreAsync([.. batch.Skip(batch.Count / 2)], stopping);
                return;
            }
            catch (Exception error)
            {
                alarm.Failed($"{batch.Count} lines of trainers' logs cannot be stored", error);
                if (stopping.IsCancellationRequested)
                    return;
                await Task.Delay(Pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _lines.Writer.Complete();
        await base.StopAsync(cancellationToken);
    }

    /// <summary>The text without zero characters, which PostgreSQL's type text cannot hold.</summary>
    private static string Clean(string text) => text.Replace("\0", "", StringComparison.Ordinal);
}
