using System.Collections.Concurrent;
using Sweep.Domain.Scheduling;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Silo.Hosting;
using Sweep.Silo.Trainers;

namespace Sweep.Silo.Worker;

/// <summary>Keeps this silo's slots busy: pulls leases, runs attempts, renews what it holds, obeys orders; gives everything back when the silo stops.</summary>
public sealed partial class WorkerService(
    WorkerRecord worker, ITrainerFactory trainers, AttemptServices services, IWorkerStore workers, Readiness readiness, ILogger<WorkerService> logger)
    : BackgroundService
{
    /// <summary>How often leases are renewed, and so how late an order may come.</summary>
    private static readonly TimeSpan RenewEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the worker's row is touched, in renewals.</summary>
    private const int SeenEvery = 10;

    private readonly Slot[] _slots = [.. worker.Devices.Select(device => new Slot(device, trainers))];
    private readonly ConcurrentDictionary<TrialId, AttemptRun> _running = new();
    private readonly ConcurrentDictionary<Task, bool> _attempts = new();
    private TaskCompletionSource _slotFreed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ISchedulerGrain Scheduler => services.Grains.GetGrain<ISchedulerGrain>(0);

    private int Busy => _slots.Count(slot => slot.IsBusy);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        CountSlots();
        await Persist.Async(async () => { await workers.SeenAsync(worker, 0, stoppingToken); return true; }, services.Time);
        readiness.WorkerIsReady();
        LogReady(worker.Name, _slots.Length, string.Join(", ", worker.Devices.Distinct()));
        using var drained = new CancellationTokenSource();
        var renewing = RenewAsync(drained.Token);
        await LeaseAsync(stoppingToken);
        await DrainAsync();
        await drained.CancelAsync();
        await renewing;
        await workers.GoneAsync(worker.Name, CancellationToken.None);
    }

    private async Task LeaseAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var freed = _slotFreed.Task;
                var free = _slots.Length - Busy;
                if (free == 0)
                {
                    await freed.WaitAsync(stopping);
                    continue;
                }

                foreach (var grant in await Scheduler.Lease(worker.Name, free, stopping))
                    Start(TrialId.From(grant.Trial), grant.Slots);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                LogLeaseFailed(error);
                await Task.Delay(RenewEvery, services.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Start(TrialId trial, int slots)
    {
        Slot[] taken = [.. _slots.Where(slot => !slot.IsBusy).Take(slots)];
        foreach (var slot in taken)
            slot.IsBusy = true;
        // A trial trains on its first slot; the others are kept free for it.
        var run = new AttemptRun(trial, worker.Name, taken[0], services);
        _running[trial] = run;
        CountSlots();
        var attempt = RunAsync(run, taken);
        _attempts[attempt] = true;
        _ = attempt.ContinueWith(done => _attempts.TryRemove(done, out _), TaskScheduler.Default);
    }

    private async Task RunAsync(AttemptRun run, Slot[] taken)
    {
        try
        {
            await run.RunAsync();
        }
        catch (Exception error)
        {
            // The trial did not hear of its end: its lease runs out.
            LogAttemptLost(error, run.Trial);
        }
        finally
        {
            _running.TryRemove(run.Trial, out _);
            foreach (var slot in taken)
                slot.IsBusy = false;
            CountSlots();
            Interlocked.Exchange(ref _slotFreed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }

    private async Task RenewAsync(CancellationToken over)
    {
        for (var renewal = 1; ; renewal++)
        {
            try
            {
                await Task.Delay(RenewEvery, services.Time, over);
                foreach (var order in await Scheduler.Renew(worker.Name, [.. _running.Keys.Select(trial => trial.Value)]))
                {
                    if (_running.TryGetValue(TrialId.From(order.Trial), out var run))
                        run.Stop(Cause(order.Order));
                }

                if (renewal % SeenEvery == 0)
                    await workers.SeenAsync(worker, Busy, over);
            }
            catch (OperationCanceledException) when (over.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                LogRenewFailed(error);
            }
        }
    }

    private async Task DrainAsync()
    {
        LogDraining(_running.Count);
        foreach (var run in _running.Values)
            run.Stop(StopCause.Pause);
        await Task.WhenAll(_attempts.Keys);
        foreach (var slot in _slots)
            await slot.DisposeAsync();
    }

    private void CountSlots() => services.Instruments.SlotsUsed(Busy, _slots.Length - Busy);

    private static StopCause Cause(LeaseOrder order) => order switch
    {
        LeaseOrder.Pause => StopCause.Pause,
        LeaseOrder.Cancel => StopCause.Cancel,
        LeaseOrder.Drop => StopCause.Stale,
        _ => throw new ArgumentOutOfRangeException(nameof(order), order, "Not an order to stop."),
    };
}
