using Microsoft.Extensions.Hosting;
using Orleans.Concurrency;
using Sweep.Contracts;
using Sweep.Domain.Scheduling;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Grains;

/// <summary>Carries the one queue: asks the <see cref="LeaseTable"/>, tells trials and sweeps what follows. Its turns are short and may interleave.</summary>
[Reentrant, KeepAlive, PlaceOn(SiloRole.Control)]
public sealed partial class SchedulerGrain(
    ISweepStore sweeps, ITrialStore trials, IWorkerStore workers, ILiveWorkers live, SweepInstruments instruments, IGrainFactory grains,
    IHostApplicationLifetime silo, TimeProvider time, ILogger<SchedulerGrain> logger)
    : Grain, ISchedulerGrain, IClusterGrain
{
    /// <summary>
    /// How long a worker's question for trials may wait for an answer. Short: when the silo dies that had this grain in its part of the directory,
    /// the grain is activated anew, and until the last question is answered it hears nothing.
    /// </summary>
    public static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(2);

    /// <summary>The same while the silo stops, which waits for the answer: the next question goes to another silo.</summary>
    private static readonly TimeSpan LastPoll = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a worker may be silent before its trials are taken from it.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(15);

    /// <summary>How often lost workers are looked for.</summary>
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(1);

    /// <summary>How often the trials are counted for the metrics, in watches: counting reads a row a trial.</summary>
    private const int CountEvery = 5;

    private readonly LeaseTable _table = new(LeaseTime);
    private readonly HashSet<TrialId> _losing = [];
    private readonly HashSet<int> _unplaceable = [];
    private readonly LinkedList<WaitingWorker> _waiting = [];
    private IReadOnlyDictionary<TrialState, long> _counts = new Dictionary<TrialState, long>();
    private int _watches;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var sweep in await sweeps.RunningAsync(cancellationToken))
            _table.Admit(sweep.Id, sweep.Spec.Resources);
        await FillAsync(sweep: null, cancellationToken);
        LogStarted(_table.Waiting, _table.Leased);
        this.RegisterGrainTimer(WatchAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Watch) { Interleave = true });
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        instruments.Scheduled(new Dictionary<TrialState, long>(), null);
        return Task.CompletedTask;
    }

    private sealed record WaitingWorker(WorkerOffer Offer, TaskCompletionSource<TrialGrant[]> Granted);

    public async Task<TrialGrant[]> Lease(LeaseRequest request, CancellationToken cancellation)
    {
        var offer = new WorkerOffer(request.Worker, request.FreeSlots, request.Slots, request.Labels);
        if (Grant(offer) is { Length: > 0 } granted)
            return granted;
        var waiting = _waiting.AddLast(new WaitingWorker(offer, new(TaskCreationOptions.RunContinuationsAsynchronously)));
        var answer = waiting.Value.Granted.Task;
        using var hurry = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var stopping = silo.ApplicationStopping.UnsafeRegister(_ => hurry.CancelAfter(LastPoll), null);
        try
        {
            return await answer.WaitAsync(LongPoll, time, hurry.Token);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            // Both may happen at once: then the trials are this worker's, and it must hear of them.
            return answer.IsCompletedSuccessfully ? answer.Result : [];
        }
        finally
        {
            if (waiting.List is not null)
                _waiting.Remove(waiting);
        }
    }

    public Task<RenewReply> Renew(string worker, long[] held)
    {
        var (orders, missing, drain) = _table.Renew(worker, [.. held.Select(TrialId.From)], time.GetUtcNow());
        foreach (var trial in missing)
            Lose(trial, worker, FailureReason.LeaseLost);
        return Task.FromResult(new RenewReply([.. orders.Select(order => new TrialOrder(order.Trial.Value, order.Order))], drain));
    }

    public Task<int> Admit(AdmitRequest request)
    {
        // Opened before its rows are read: what comes back meanwhile is queued again.
        _table.Admit(request.Sweep, new(request.Slots, request.MaxConcurrent, request.Priority, request.Require));
        return FillAsync(request.Sweep, CancellationToken.None);
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

    public Task Ended(long trial, string worker, bool requeue, string? holder)
    {
        _table.Ended(TrialId.From(trial), worker, requeue);
        if (holder is not null)
            _table.Restore(TrialId.From(trial), holder, time.GetUtcNow());
        Serve();
        return Task.CompletedTask;
    }

    public Task<CommandReply> Drain(string worker)
    {
        if (!live.Names.Contains(worker))
            return Task.FromResult(new CommandReply(false, $"No worker named {worker} is alive."));
        _table.Drain(worker);
        LogDraining(worker);
        return Task.FromResult(new CommandReply(true, $"{worker} takes no more trials; what runs there writes a checkpoint and goes on elsewhere."));
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        var alive = live.Names;
        foreach (var trial in _table.LeasedBy(worker => !alive.Contains(worker)))
            Lose(trial, _table.WorkerOf(trial), FailureReason.WorkerLost);
        foreach (var trial in _table.Expired(time.GetUtcNow()))
            Lose(trial, _table.WorkerOf(trial), FailureReason.LeaseLost);
        WarnOfUnplaceable();
        foreach (var sweep in _table.Idle)
        {
            if (await FillAsync(sweep, cancellation) == 0)
                await grains.GetGrain<ISweepProgress>(sweep).TrialEnded();
        }

        if (_watches++ % CountEvery == 0)
            _counts = await trials.CountAsync(cancellation);
        instruments.Scheduled(_counts, _table.Waiting);
    }

    /// <summary>
    /// Fills the table with what the rows of every sweep, or of one, say. A silo that does not know yet that it was declared dead still moves trials, and its scheduler is not
    /// this one: so what looks like the end of a sweep is looked up.
    /// </summary>
    /// <returns>How many trials wait or run.</returns>
    private async Task<int> FillAsync(int? sweep, CancellationToken cancellation)
    {
        var unfinished = await trials.UnfinishedAsync(sweep, cancellation);
        foreach (var (trial, worker) in unfinished)
        {
            if (worker is null)
                _table.Requeue(trial);
            else
                _table.Restore(trial, worker, time.GetUtcNow());
        }

        Serve();
        return unfinished.Count;
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

    private TrialGrant[] Grant(WorkerOffer offer) =>
        [.. _table.Grant(offer, time.GetUtcNow()).Select(grant => new TrialGrant(grant.Trial.Value, grant.Slots))];

    /// <summary>Something changed: the workers that have waited longest are served first, as long as there is anything to be had.</summary>
    private void Serve()
    {
        for (var waiting = _waiting.First; waiting is not null && _table.AnyCanStart;)
        {
            var (offer, answer) = waiting.Value;
            var next = waiting.Next;
            if (Grant(offer) is { Length: > 0 } granted)
            {
                _waiting.Remove(waiting);
                answer.SetResult(granted);
            }

            waiting = next;
        }
    }

    private void WarnOfUnplaceable()
    {
        var unplaceable = _table.Unplaceable;
        _unplaceable.IntersectWith(unplaceable);
        foreach (var sweep in unplaceable.Where(_unplaceable.Add))
            LogUnplaceable(sweep);
    }
}
