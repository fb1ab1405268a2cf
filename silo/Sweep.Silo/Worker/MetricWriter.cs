using System.Collections.Concurrent;
using Sweep.Domain.Trials;
using Sweep.Grains;

namespace Sweep.Silo.Worker;

/// <summary>Stores epochs in the order in which they came, as many at once as have come meanwhile. What the database does not take is kept and tried again.</summary>
public sealed partial class MetricWriter : BackgroundService
{
    private const int MaxBatch = 2_000;
    private const int MostInMemory = 100_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly MetricBacklog _backlog = new(MostInMemory);
    private readonly ConcurrentDictionary<(TrialId, int), EpochLedger> _ledgers = new();
    private readonly IAttemptStore _store;
    private readonly SweepInstruments _instruments;
    private readonly StorageAlarm _alarm;
    private readonly TimeProvider _time;
    private readonly ILogger<MetricWriter> _logger;

    public MetricWriter(IAttemptStore store, SweepInstruments instruments, StorageAlarm alarm, TimeProvider time, ILogger<MetricWriter> logger)
    {
        (_store, _instruments, _alarm, _time, _logger) = (store, instruments, alarm, time, logger);
        instruments.WatchBacklog(() => _backlog.Count);
    }

    /// <summary>Queues an epoch; never waits for the database.</summary>
    public void Add(EpochRow row)
    {
        _ledgers.GetOrAdd((row.Trial, row.Attempt), _ => new()).Queued();
        _backlog.Add(row);
    }

    /// <summary>Ends when every epoch of the attempt that was added so far is stored: true, or false when its attempt is not the running one.</summary>
    public Task<bool> StoredAsync(TrialId trial, int attempt) =>
        _ledgers.TryGetValue((trial, attempt), out var ledger) ? ledger.StoredAsync() : Task.FromResult(true);

    /// <summary>Whether any epoch of the attempt was refused.</summary>
    public bool AreRefused(TrialId trial, int attempt) => _ledgers.TryGetValue((trial, attempt), out var ledger) && ledger.IsRefused;

    /// <summary>No more is heard of the attempt.</summary>
    public void Forget(TrialId trial, int attempt) => _ledgers.TryRemove((trial, attempt), out _);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _backlog.TakeAsync(MaxBatch) is { Count: > 0 } batch)
        {
            if (!await StoreAsync(batch, stoppingToken))
                return;
        }
    }

    /// <returns>False when the silo stops and the database is away: checkpoints are no newer than what is stored, so these epochs are trained again.</returns>
    private async Task<bool> StoreAsync(IReadOnlyList<EpochRow> batch, CancellationToken stopping)
    {
        for (var failed = false; ; failed = true)
        {
            try
            {
                var refused = (await _store.WriteEpochsAsync(batch, CancellationToken.None)).ToHashSet();
                foreach (var row in batch)
                {
                    var accepted = !refused.Contains(row.Trial);
                    if (!accepted)
                        _instruments.WriteRefused();
                    if (_ledgers.TryGetValue((row.Trial, row.Attempt), out var ledger))
                        ledger.Done(accepted);
                }

                if (failed)
                    LogStoredAgain(batch.Count + _backlog.Count);
                return true;
            }
            catch (Exception error)
            {
                _alarm.Failed($"{batch.Count + _backlog.Count} epochs, {_backlog.InFile} of them in a file,", error);
                if (stopping.IsCancellationRequested)
                    return false;
                await Task.Delay(Pause, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _backlog.Close();
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _backlog.Dispose();
        base.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "PostgreSQL takes epochs again: {Rows} that waited are being stored")]
    private partial void LogStoredAgain(int rows);
}
