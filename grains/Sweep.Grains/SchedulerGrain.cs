using System.Data.Common;
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

    /// <summary>How often it is said that the rows cannot be read.</summary>
    private static readonly TimeSpan SayEvery = TimeSpan.FromMinutes(1);

    private readonly LeaseTable _table = new(LeaseTime);
    private readonly WorkerPresence _presence = new(LeaseTime);
    private readonly HashSet<AttemptId> _losing = [];
    private readonly HashSet<int> _unplaceable = [];
    private readonly LinkedList<WaitingWorker> _waiting = [];
    private IReadOnlyDictionary<TrialState, long> _counts = new Dictionary<TrialState, long>();
    private int _watches;

    /// <summary>Counts the orders that came by call: what was read from the rows before one of them is older than it.</summary>
    private int _orders;

    private long? _saidAt;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var sweep in await sweeps.RunningAsync(cancellationToken))
            _table.Admit(sweep.Id, sweep.Spec.Resources);
        foreach (var worker in await workers.DrainingAsync(cancellationToken))
            _table.Drain(worker);
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
        _presence.Heard(request.Worker, time.GetUtcNow());
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

    public async Task<RenewReply> Renew(string worker, long[] held, int[]? attempts)
    {
        _presence.Heard(worker, time.GetUtcNow());
        AttemptId[] named = [.. held.Select((trial, index) => new AttemptId(TrialId.From(trial), attempts?[index] ?? 0))];
        var renewal = _table.Renew(worker, named, time.GetUtcNow());
        if (renewal.Unknown.Count > 0)
        {
            foreach (var sweep in renewal.Unknown.Select(attempt => attempt.Trial.Sweep).Distinct())
                await FillAsync(sweep, CancellationToken.None);
            renewal = _table.Renew(worker, named, time.GetUtcNow());
        }

        foreach (var attempt in renewal.Missing)
            Lose(attempt, worker, FailureReason.LeaseLost);
        var orders = renewal.Orders.Concat(renewal.Unknown.Select(attempt => (Attempt: attempt, Order: LeaseOrder.Drop)));
        return new([.. orders.Select(order => new TrialOrder(order.Attempt.Trial.Value, order.Order, order.Attempt.Attempt))], renewal.Drain);
    }

    public Task<int> Admit(AdmitRequest request)
    {
        _orders++;
        // Opened before its rows are read: what comes back meanwhile is queued again.
        _table.Admit(request.Sweep, new(request.Slots, request.MaxConcurrent, request.Priority, request.Require));
        return FillAsync(request.Sweep, CancellationToken.None);
    }

    public Task Withdraw(int sweep, LeaseOrder order)
    {
        _orders++;
        _table.Withdraw(sweep, order);
        return Task.CompletedTask;
    }

    public Task Cancel(long trial)
    {
        _orders++;
        _table.Cancel(TrialId.From(trial));
        return Task.CompletedTask;
    }

    public async Task Ended(long trial, string worker, bool requeue, string? holder, int attempt, int newest)
    {
        var id = TrialId.From(trial);
        _table.Ended(new(id, attempt), worker, requeue ? newest : null);
        // It trains on somebody of whom this scheduler does not know: the rows say on whom, and what is ordered.
        if (holder is not null && _table.WorkerOf(id).Length == 0)
            await FillAsync(id.Sweep, CancellationToken.None);
        Serve();
    }

    public async Task<CommandReply> Drain(string worker)
    {
        if (_presence.IsGone(worker, live.Members, time.GetUtcNow()) || !await workers.DrainAsync(worker))
            return new(false, $"No worker named {worker} is alive.");
        _table.Drain(worker);
        LogDraining(worker);
        return new(true, $"{worker} takes no more trials; what runs there writes a checkpoint and goes on elsewhere.");
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        var (members, now) = (live.Members, time.GetUtcNow());
        _presence.Forget(now);
        foreach (var (attempt, worker) in _table.LeasedBy(worker => _presence.IsGone(worker, members, now)))
            Lose(attempt, worker, FailureReason.WorkerLost);
        foreach (var (attempt, worker) in _table.Expired(time.GetUtcNow()))
            Lose(attempt, worker, FailureReason.LeaseLost);
        try
        {
            await FollowAsync(cancellation);
            foreach (var sweep in _table.Idle)
            {
                if (await FillAsync(sweep, cancellation) == 0)
                    await grains.GetGrain<ISweepProgress>(sweep).TrialEnded();
            }

            if (_watches++ % CountEvery == 0)
                _counts = await trials.CountAsync(cancellation);
            _saidAt = null;
        }
        catch (Exception error) when (error is DbException or TimeoutException)
        {
            // The next look finds the same, so that it is said once and then once a minute.
            if (_saidAt is not { } said || time.GetElapsedTime(said) >= SayEvery)
            {
                _saidAt = time.GetTimestamp();
                LogCannotRead(error.Message);
            }
        }

        WarnOfUnplaceable();
        instruments.Scheduled(_counts, _table.Waiting);
    }

    /// <summary>
    /// Follows the rows: an order that was stored and that nobody told this grain, since whoever was to tell it died in between, holds all the same,
    /// and so does a sweep that was stored and never admitted.
    /// </summary>
    private async Task FollowAsync(CancellationToken cancellation)
    {
        var orders = _orders;
        var states = await sweeps.StatesAsync(_table.Open, cancellation);
        var stopping = await trials.StoppingAsync(cancellation);
        var draining = await workers.DrainingAsync(cancellation);
        // What was read is older than an order that came meanwhile; the next look is newer.
        if (orders != _orders)
            return;
        foreach (var sweep in _table.Follow(states, stopping, draining, time.GetUtcNow()))
        {
            if (await sweeps.LoadAsync(sweep, cancellation) is not { State: SweepState.Running } stored || orders != _orders)
                return;
            _table.Admit(sweep, stored.Spec.Resources);
            await FillAsync(sweep, cancellation);
        }
    }

    /// <summary>
    /// Fills the table with what the rows of every sweep, or of one, say. A silo that does not know yet that it was declared dead still moves trials, and its scheduler is not
    /// this one: so what looks like the end of a sweep is looked up.
    /// </summary>
    /// <returns>How many trials wait or run.</returns>
    private async Task<int> FillAsync(int? sweep, CancellationToken cancellation)
    {
        IReadOnlyList<UnfinishedTrial> unfinished;
        int orders;
        do
        {
            orders = _orders;
            unfinished = await trials.UnfinishedAsync(sweep, cancellation);
        }
        while (orders != _orders);

        _table.Fill(unfinished, time.GetUtcNow());
        Serve();
        return unfinished.Count;
    }

    /// <summary>Tells a trial that its worker has lost it; not awaited, and not told twice while it thinks.</summary>
    private async void Lose(AttemptId attempt, string worker, FailureReason reason)
    {
        if (!_losing.Add(attempt))
            return;
        LogLost(attempt, worker, reason);
        try
        {
            if (reason == FailureReason.WorkerLost)
                await workers.GoneAsync(worker);
            await grains.GetGrain<ITrialGrain>(attempt.Trial.Value).Lose(worker, reason, attempt.Attempt);
        }
        catch (Exception error)
        {
            // The next look at the leases finds it again.
            LogLoseFailed(error, attempt);
        }
        finally
        {
            _losing.Remove(attempt);
        }
    }

    private TrialGrant[] Grant(WorkerOffer offer) =>
        [.. _table.Grant(offer, time.GetUtcNow()).Select(grant => new TrialGrant(grant.Attempt.Trial.Value, grant.Slots, grant.Attempt.Attempt))];

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
