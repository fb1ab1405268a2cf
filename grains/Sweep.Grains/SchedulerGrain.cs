using Orleans.Concurrency;
using Sweep.Domain.Scheduling;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Grains;

/// <summary>Carries the one queue: asks the <see cref="LeaseTable"/>, tells trials and sweeps what follows. Its turns are short and may interleave.</summary>
[Reentrant, KeepAlive]
public sealed partial class SchedulerGrain(
    ISweepStore sweeps, ITrialStore trials, IWorkerStore workers, IClusterMembershipService membership, SweepInstruments instruments, IGrainFactory grains,
    TimeProvider time, ILogger<SchedulerGrain> logger)
    : Grain, ISchedulerGrain
{
    /// <summary>How long a worker's question for trials may wait for an answer.</summary>
    public static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(15);

    /// <summary>How long a worker may be silent before its trials are taken from it.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(15);

    /// <summary>How often lost workers are looked for.</summary>
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(1);

    /// <summary>How often the trials are counted for the metrics, in watches: counting reads a row a trial.</summary>
    private const int CountEvery = 5;

    private readonly LeaseTable _table = new(LeaseTime);
    private readonly HashSet<TrialId> _losing = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyDictionary<TrialState, long> _counts = new Dictionary<TrialState, long>();
    private int _watches;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var trial in await trials.RunningAsync(cancellationToken))
            _table.Restore(trial.Id, trial.Worker ?? "", time.GetUtcNow());
        foreach (var sweep in await sweeps.RunningAsync(cancellationToken))
            _table.Admit(sweep.Id, sweep.Spec.Resources, await sweeps.QueuedAsync(sweep.Id, cancellationToken));
        LogStarted(_table.Waiting, _table.Leased);
        this.RegisterGrainTimer(WatchAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Watch) { Interleave = true });
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        instruments.Scheduled(new Dictionary<TrialState, long>(), null);
        return Task.CompletedTask;
    }

    public async Task<TrialGrant[]> Lease(string worker, int freeSlots, CancellationToken cancellation)
    {
        var deadline = time.GetUtcNow() + LongPoll;
        while (true)
        {
            var changed = _changed.Task;
            var granted = _table.Grant(worker, freeSlots, time.GetUtcNow());
            var left = deadline - time.GetUtcNow();
            if (granted.Count > 0 || left <= TimeSpan.Zero || cancellation.IsCancellationRequested)
                return [.. granted.Select(grant => new TrialGrant(grant.Trial.Value, grant.Slots))];
            try
            {
                await changed.WaitAsync(left, time, cancellation);
            }
            catch (Exception error) when (error is TimeoutException or OperationCanceledException)
            {
                return [];
            }
        }
    }

    public Task<TrialOrder[]> Renew(string worker, long[] held)
    {
        var (orders, missing) = _table.Renew(worker, [.. held.Select(TrialId.From)], time.GetUtcNow());
        foreach (var trial in missing)
            Lose(trial, worker, FailureReason.LeaseLost);
        return Task.FromResult(orders.Select(order => new TrialOrder(order.Trial.Value, order.Order)).ToArray());
    }

    public Task Admit(AdmitRequest request)
    {
        _table.Admit(request.Sweep, new(request.Slots, request.MaxConcurrent, request.Priority), request.Numbers);
        Changed();
        return Task.CompletedTask;
    }

    public Task Withdraw(int sweep, LeaseOrder order)
    {
        _table.Withdraw(sweep, order);
        return Task.CompletedTask;
    }

    public Task Cancel(long trial)
    {
        _table.Cancel(TrialId.From(trial));
        return Task.CompletedTask;
    }

    public Task Ended(long trial, string worker, bool requeue)
    {
        _table.Ended(TrialId.From(trial), worker, requeue);
        Changed();
        return Task.CompletedTask;
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        var members = membership.CurrentSnapshot.Members.Values;
        var alive = members.Where(member => member.Status is SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping or SiloStatus.Joining).Select(member => member.Name).ToHashSet();
        foreach (var trial in _table.LeasedBy(worker => !alive.Contains(worker)))
            Lose(trial, _table.WorkerOf(trial), FailureReason.WorkerLost);
        foreach (var trial in _table.Expired(time.GetUtcNow()))
            Lose(trial, _table.WorkerOf(trial), FailureReason.LeaseLost);
        foreach (var sweep in _table.Idle)
            await grains.GetGrain<ISweepProgress>(sweep).TrialEnded();
        if (_watches++ % CountEvery == 0)
            _counts = await trials.CountAsync(cancellation);
        instruments.Scheduled(_counts, _table.Waiting);
    }

    /// <summary>Tells a trial that its worker has lost it; not awaited, and not told twice while it thinks.</summary>
    private async void Lose(TrialId trial, string worker, FailureReason reason)
    {
        if (!_losing.Add(trial))
            return;
        LogLost(trial, worker, reason);
        try
        {
            if (reason == FailureReason.WorkerLost)
                await workers.GoneAsync(worker);
            await grains.GetGrain<ITrialGrain>(trial.Value).Lose(worker, reason);
        }
        catch (Exception error)
        {
            // The next look at the leases finds it again.
            LogLoseFailed(error, trial);
        }
        finally
        {
            _losing.Remove(trial);
        }
    }

    /// <summary>Wakes the workers that wait: there may be something for them.</summary>
    private void Changed()
    {
        var changed = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }
}
