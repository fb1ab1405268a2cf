using System.Collections.Concurrent;
using Sweep.Domain.Scheduling;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Silo.Trainers;

namespace Sweep.Silo.Worker;

/// <summary>
/// Keeps this silo's slots busy: it pulls leases, runs attempts, renews its leases, and follows the scheduler's orders. When the silo
/// stops, it gives all its trials back.
/// </summary>
public sealed partial class WorkerService : BackgroundService
{
    /// <summary>The time between two renewals of the leases. Orders come with a renewal, so this is also their longest delay.</summary>
    private static readonly TimeSpan RenewEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>The number of renewals between two writes of the worker's row.</summary>
    private const int SeenEvery = 10;

    /// <summary>The time between two self-tests of a slot that could not train.</summary>
    private static readonly TimeSpan TestEvery = TimeSpan.FromSeconds(30);

    private readonly WorkerRecord _worker;
    private readonly AttemptServices _services;
    private readonly Readiness _readiness;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger<WorkerService> _logger;
    private readonly Slot[] _slots;
    private readonly WorkerRow _row;
    private readonly ConcurrentDictionary<AttemptId, AttemptRun> _running = new();
    private readonly ConcurrentDictionary<Task, bool> _attempts = new();
    private readonly CancellationTokenSource _ends = new();
    private readonly string[] _labels;
    private TaskCompletionSource _slotFreed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WorkerService(
        WorkerRecord worker,
        ITrainerFactory trainers,
        AttemptServices services,
        IWorkerStore workers,
        Readiness readiness,
        IHostApplicationLifetime lifetime,
        ILogger<WorkerService> logger)
    {
        (_worker, _services, _readiness, _lifetime, _logger) = (worker, services, readiness, lifetime, logger);
        _labels = [.. worker.Labels];
        _slots = Slot.On(worker.Devices, trainers, services.Time, logger);
        _row = new(worker, _slots, Progress, workers, services.Alarm, services.Time);
        services.Instruments.WatchSlots(() => _slots.Select(slot => ProgressIn(slot.Number)));
    }

    private ISchedulerGrain Scheduler => _services.Grains.GetGrain<ISchedulerGrain>(0);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        CountSlots();
        await _row.EnterAsync(stoppingToken);
        _readiness.Set();
        LogReady(_worker.Name, _slots.Length, string.Join(", ", _worker.Devices.Distinct()));
        using var drained = new CancellationTokenSource();
        var renewing = RenewAsync(stoppingToken, drained.Token);
        var testing = TestAsync(stoppingToken);
        await LeaseAsync(stoppingToken);
        await DrainAsync();
        await drained.CancelAsync();
        await Task.WhenAll(renewing, testing);
        await _row.LeaveAsync();
    }

    /// <summary>Starts the trainers, which load their libraries while the silo gets ready and joins its cluster.</summary>
    public void Warm()
    {
        foreach (var slot in _slots)
            slot.Warm();
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // The base class has waited as long as it may, so the time to write checkpoints is over.
        await _ends.CancelAsync();
    }

    public override void Dispose()
    {
        _ends.Dispose();
        base.Dispose();
    }

    private async Task LeaseAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var freed = _slotFreed.Task;
                var free = _slots.Count(slot => slot.IsFree);
                if (free == 0)
                {
                    await freed.WaitAsync(stopping);
                    continue;
                }

                var request = new LeaseRequest(_worker.Name, free, _slots.Count(slot => slot.Health.IsFit), _labels);
                foreach (var grant in await Scheduler.Lease(request, stopping))
                    await StartAsync(new(TrialId.From(grant.Trial), grant.Attempt), grant.Slots);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                LogLeaseFailed(error);
                await Task.Delay(RenewEvery, _services.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task StartAsync(AttemptId attempt, int slots)
    {
        // A scheduler that is activated after a grant, and before the trial's row shows it, grants the same attempt again. It runs already.
        if (attempt.Attempt > 0 && _running.ContainsKey(attempt))
            return;
        Slot[] taken = [.. _slots.Where(slot => slot.IsFree).Take(slots)];
        if (taken.Length < slots)
        {
            // A slot became unfit between the request and the grant.
            await Scheduler.Ended(
                attempt.Trial.Value, _worker.Name, requeue: true, holder: null, attempt.Attempt, newest: Math.Max(0, attempt.Attempt - 1));
            return;
        }

        foreach (var slot in taken)
            slot.IsBusy = true;
        // A trial trains on its first slot. Its other slots stay idle, so that it has their share of the device.
        var run = new AttemptRun(attempt.Trial, attempt.Attempt, _worker.Name, taken[0], _services, _logger, _ends.Token)
        {
            Devices = [.. taken.Select(slot => slot.Device)],
        };
        _running[attempt] = run;
        CountSlots();
        var running = RunAsync(run, taken);
        _attempts[running] = true;
        _ = running.ContinueWith(done => _attempts.TryRemove(done, out _), TaskScheduler.Default);
    }

    private async Task RunAsync(AttemptRun run, Slot[] taken)
    {
        var wasFit = taken[0].Health.IsFit;
        try
        {
            // The memory of a GPU that the other slots' trainers keep is a part of the share.
            foreach (var slot in taken.Skip(1).Where(slot => slot.IsOnGpu))
                await slot.DiscardAsync();
            await run.RunAsync();
        }
        catch (Exception error)
        {
            // The end of the attempt was not reported, so the trial goes on only when its lease has run out.
            using var scope = _logger.BeginScope(run.Trial, run.Attempt);
            LogAttemptLost(error, run.Trial);
        }
        finally
        {
            run.Dispose();
            // The entry is removed only if it is this attempt's, because a second run of the same attempt may have replaced it.
            _running.TryRemove(new(run.Granted, run));
            foreach (var slot in taken)
                slot.IsBusy = false;
            if (wasFit && taken[0].Health is { IsFit: false, Complaint: { } complaint })
                LogUnfit(taken[0].Device, SlotHealth.Limit, complaint);
            Freed();
        }
    }

    private void Freed()
    {
        CountSlots();
        Interlocked.Exchange(ref _slotFreed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    private async Task RenewAsync(CancellationToken stopping, CancellationToken over)
    {
        var showing = Task.CompletedTask;
        for (var renewal = 1; ; renewal++)
        {
            try
            {
                await Task.Delay(RenewEvery, _services.Time, over);
                AttemptId[] held = [.. _running.Keys];
                var reply = await Scheduler.Renew(
                    _worker.Name, [.. held.Select(attempt => attempt.Trial.Value)], [.. held.Select(attempt => attempt.Attempt)]);
                foreach (var order in reply.Orders)
                {
                    foreach (var (attempt, run) in _running)
                    {
                        if (attempt.Trial.Value == order.Trial && (order.Attempt == 0 || attempt.Attempt == order.Attempt))
                            run.Stop(Cause(order.Order));
                    }
                }

                if (reply.Drain && !stopping.IsCancellationRequested)
                    _lifetime.StopApplication();
                // The row is written beside the renewals, so that a database that does not answer does not delay them.
                var drains = stopping.IsCancellationRequested;
                if (showing.IsCompleted && (renewal % SeenEvery == 0 || _row.IsOutdated(drains)))
                    showing = _row.ShowAsync(drains);
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

    /// <summary>Tests the slots that could not train, again and again until they can.</summary>
    private async Task TestAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TestEvery, _services.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                foreach (var slot in _slots.Where(slot => slot is { IsBusy: false, Health.IsFit: false }))
                {
                    // A self-test must not disturb a trial that has the device for itself.
                    using var place = slot.Gate.TryEnter();
                    if (place is null || await SelfTest.RunAsync(slot, stopping) is not null)
                        continue;
                    LogFitAgain(slot.Device);
                    Freed();
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The silo stops, and the tests end with it.
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

    private IReadOnlyList<TrialProgress> Progress() =>
        [.. _running.Select(pair => new TrialProgress(pair.Key.Trial.Value, pair.Value.Progress.Epochs))];

    private SlotProgress ProgressIn(int slot) => _running.Values.FirstOrDefault(run => run.SlotNumber == slot)?.Progress is { } progress
        ? new(slot, progress.Share, progress.Silence)
        : new(slot, 0, TimeSpan.Zero);

    private void CountSlots() => _services.Instruments.SlotsUsed(_row.Busy, _slots.Count(slot => slot.IsFree));

    private static StopCause Cause(LeaseOrder order) => order switch
    {
        LeaseOrder.Pause => StopCause.Pause,
        LeaseOrder.Cancel => StopCause.Cancel,
        LeaseOrder.Drop => StopCause.Stale,
        _ => throw new ArgumentOutOfRangeException(nameof(order), order, "Not an order to stop."),
    };
}
