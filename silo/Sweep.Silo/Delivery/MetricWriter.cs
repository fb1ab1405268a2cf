using System.Collections.Concurrent;
using Sweep.Domain.Trials;
using Sweep.Grains;

namespace Sweep.Silo.Delivery;

/// <summary>
/// Stores epochs in the order in which they came. One statement stores all that came during the one before it. Epochs that the database
/// cannot store now are kept and tried again; an epoch that it refuses fails its attempt.
/// </summary>
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

    public MetricWriter(
        IAttemptStore store, SweepInstruments instruments, StorageAlarm alarm, TimeProvider time, ILogger<MetricWriter> logger)
    {
        (_store, _instruments, _alarm, _time, _logger) = (store, instruments, alarm, time, logger);
        instruments.WatchBacklog(() => _backlog.Count);
    }

    /// <summary>Queues an epoch without waiting for the database.</summary>
    /// <param name="refused">Called once, when the database refuses an epoch of the attempt.</param>
    internal void Add(EpochRow row, Action<StorageRefusedException> refused)
    {
        _ledgers.GetOrAdd((row.Trial, row.Attempt), _ => new(refused)).Queued();
        _backlog.Add(row);
    }

    /// <summary>
    /// Ends when every epoch of the attempt that was added so far is stored. The answer is false when the attempt is not the running one.
    /// </summary>
    /// <exception cref="StorageRefusedException">The database refuses one of them.</exception>
    public Task<bool> WaitUntilStoredAsync(TrialId trial, int attempt) =>
        _ledgers.TryGetValue((trial, attempt), out var ledger) ? ledger.WaitUntilStoredAsync() : Task.FromResult(true);

    /// <summary>Whether the attempt is not the running one any more, or the database has lost earlier epochs of it.</summary>
    public bool AreBehind(TrialId trial, int attempt) => _ledgers.TryGetValue((trial, attempt), out var ledger) && ledger.IsBehind;

    /// <summary>Frees what is kept for the attempt. The caller must add no more epochs of it.</summary>
    public void Forget(TrialId trial, int attempt) => _ledgers.TryRemove((trial, attempt), out _);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _backlog.TakeAsync(MaxBatch) is { Count: > 0 } batch)
        {
            if (!await StoreAsync(batch, stoppingToken))
                return;
        }
    }

    /// <returns>
    /// False when the silo stops and the database is away. These epochs are trained again, because no stored checkpoint is newer than the
    /// stored epochs.
    /// </returns>
    private async Task<bool> StoreAsync(IReadOnlyList<EpochRow> rows, CancellationToken stopping)
    {
        var batch = Wanted(rows);
        if (batch.Count == 0)
            return true;
        for (var failed = false; ; failed = true)
        {
            try
            {
                var stale = (await _store.WriteEpochsAsync(batch, CancellationToken.None)).ToHashSet();
                foreach (var row in batch)
                {
                    var accepted = !stale.Contains(row.Trial);
                    if (!accepted)
                        _instruments.WriteRefused();
                    Ledger(row)?.Done(accepted);
                }

                if (failed)
                    LogStoredAgain(batch.Count + _backlog.Count);
                return true;
            }
            catch (Exception error) when (!Retry.IsTransient(error))
            {
                return await StoreApartAsync(batch, error, stopping);
            }
            catch (Exception error)
            {
                _alarm.Failed($"{batch.Count + _backlog.Count} epochs, {_backlog.InFile} of them in a file, cannot be stored", error);
                if (stopping.IsCancellationRequested)
                    return false;
                await Task.Delay(Pause, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>
    /// Finds the rows that are refused, so that all others are stored. It stores each attempt apart first, and then within an attempt row
    /// by row up to the first that is refused.
    /// </summary>
    private async Task<bool> StoreApartAsync(IReadOnlyList<EpochRow> batch, Exception error, CancellationToken stopping)
    {
        var attempts = batch.GroupBy(row => (row.Trial, row.Attempt)).Select(rows => rows.ToList()).ToList();
        if (attempts.Count > 1)
        {
            foreach (var rows in attempts)
            {
                if (!await StoreAsync(rows, stopping))
                    return false;
            }

            return true;
        }

        if (batch.Count == 1)
        {
            _alarm.Failed($"Epoch {batch[0].Metrics.Epoch} of trial {batch[0].Trial} cannot be stored", error);
            Ledger(batch[0])?.Refuse(new(error));
            return true;
        }

        foreach (var row in batch)
        {
            if (!await StoreAsync([row], stopping))
                return false;
        }

        return true;
    }

    /// <summary>The rows without those that follow a refused one: their attempt has failed, and they would leave a gap.</summary>
    private List<EpochRow> Wanted(IReadOnlyList<EpochRow> rows)
    {
        var wanted = new List<EpochRow>(rows.Count);
        foreach (var row in rows)
        {
            if (Ledger(row) is { IsRefused: true } ledger)
                ledger.Done(accepted: true);
            else
                wanted.Add(row);
        }

        return wanted;
    }

    private EpochLedger? Ledger(EpochRow row) => _ledgers.GetValueOrDefault((row.Trial, row.Attempt));

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
