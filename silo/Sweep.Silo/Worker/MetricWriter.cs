using System.Threading.Channels;
using Sweep.Domain.Trials;
using Sweep.Grains;

namespace Sweep.Silo.Worker;

/// <summary>Stores epochs in the order in which they came, as many at once as have come meanwhile. What the database does not take is kept and tried again.</summary>
public sealed partial class MetricWriter : BackgroundService
{
    private const int MaxBatch = 2_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // Bounded, so that a database that is away slows the reports down in place of filling the memory.
    private readonly Channel<Entry> _entries = Channel.CreateBounded<Entry>(new BoundedChannelOptions(100_000) { SingleReader = true });
    private readonly IAttemptStore _store;
    private readonly SweepInstruments _instruments;
    private readonly ILogger<MetricWriter> _logger;
    private int _backlog;

    public MetricWriter(IAttemptStore store, SweepInstruments instruments, ILogger<MetricWriter> logger)
    {
        (_store, _instruments, _logger) = (store, instruments, logger);
        instruments.WatchBacklog(() => Volatile.Read(ref _backlog));
    }

    private sealed record Entry(EpochRow Row, TaskCompletionSource<bool> Stored);

    /// <summary>Queues an epoch. The inner task ends when it is stored: true, or false when its attempt is not the running one.</summary>
    public async ValueTask<Task<bool>> AddAsync(EpochRow row, CancellationToken cancellation)
    {
        var entry = new Entry(row, new(TaskCreationOptions.RunContinuationsAsynchronously));
        Interlocked.Increment(ref _backlog);
        await _entries.Writer.WriteAsync(entry, cancellation);
        return entry.Stored.Task;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Entry>(MaxBatch);
        while (await _entries.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (batch.Count < MaxBatch && _entries.Reader.TryRead(out var entry))
                batch.Add(entry);
            await StoreAsync(batch, stoppingToken);
            batch.Clear();
        }
    }

    private async Task StoreAsync(List<Entry> batch, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                var refused = (await _store.WriteEpochsAsync([.. batch.Select(entry => entry.Row)], CancellationToken.None)).ToHashSet();
                Interlocked.Add(ref _backlog, -batch.Count);
                foreach (var entry in batch)
                {
                    if (refused.Contains(entry.Row.Trial))
                        _instruments.WriteRefused();
                    entry.Stored.SetResult(!refused.Contains(entry.Row.Trial));
                }

                return;
            }
            catch (Exception error) when (!stopping.IsCancellationRequested)
            {
                LogNotStored(error, batch.Count);
                await Task.Delay(Pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception error)
            {
                // The silo stops and the database is away: the attempt's checkpoint is older than these epochs, so they are trained again.
                foreach (var entry in batch)
                    entry.Stored.SetException(error);
                return;
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _entries.Writer.Complete();
        await base.StopAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Rows} epochs could not be stored; trying again")]
    private partial void LogNotStored(Exception error, int rows);
}
