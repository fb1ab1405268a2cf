using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Orleans.Concurrency;
using Sweep.Contracts;
using Sweep.Domain.Scheduling;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Grains;

/// <summary>
/// Carries the one queue: it asks the <see cref="LeaseTable"/> and sends what follows to trials and sweeps. Its turns are short and may
/// interleave.
/// </summary>
[Reentrant, KeepAlive, PlaceOn(SiloRole.Control)]
public sealed partial class SchedulerGrain(
    ISweepStore sweeps,
    ITrialStore trials,
    IWorkerStore workers,
    ILiveWorkers live,
    SweepInstruments instruments,
    IGrainFactory grains,
    IHostApplicationLifetime silo,
    TimeProvider time,
    ILogger<SchedulerGrain> logger)
    : Grain, ISchedulerGrain, IClusterGrain
{
    /// <summary>
    /// The longest time that a worker's request for trials waits for an answer. It is short because of the death of the silo that had this
    /// grain in its part of the directory: the grain is then activated anew, and receives nothing until the last request is answered.
    /// </summary>
    public static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The same while the silo stops. It is shorter because the silo waits for the answer; the next request goes to another silo.
    /// </summary>
    private static readonly TimeSpan LastPoll = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest silence of a worker; after it the worker loses its trials.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(15);

    /// <summary>The time between two looks for lost workers.</summary>
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(1);

    /// <summary>The number of watches between two counts of the trials for the metrics. A count is expensive: it reads every row.</summary>
    private const int CountEvery = 5;

    /// <summary>How many watches from one time that every open sweep looks at its rows to the next.</summary>
    private const int LookEvery = 60;

    /// <summary>The time between two log lines about rows that cannot be read.</summary>
    private static readonly TimeSpan SayEvery = TimeSpan.FromMinutes(1);

    private readonly LeaseTable _table = new(LeaseTime);
    private readonly WorkerPresence _presence = new(LeaseTime);
    private readonly HashSet<AttemptId> _losing = [];
    private readonly HashSet<int> _unplaceable = [];
    private readonly LinkedList<WaitingWorker> _waiting = [];
    private IReadOnlyDictionary<string, bool> _members = new Dictionary<string, bool>();
    private IReadOnlyDictionary<TrialState, long> _counts = new Dictionary<TrialState, long>();
    private int _watches;

    /// <summary>The number of orders that came by call. Rows that were read before an order came may lack that order.</summary>
    private int _orders;

    private long? _saidAt;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _members = live.Members;
        foreach (var sweep in await sweeps.RunningAsync(cancellationToken))
            _table.Admit(sweep.Id, sweep.Spec.Demands);
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
            // Trials may be granted just as the wait ends. They are this worker's then, so the answer must contain them.
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
        // What is granted during the read below cannot be named in this renewal, so nothing more becomes missing by it.
        var missing = renewal.Missing;
        if (renewal.Unknown.Count > 0)
        {
            foreach (var sweep in renewal.Unknown.Select(attempt => attempt.Trial.Sweep).Distinct())
                await FillAsync(sweep, CancellationToken.None);
            renewal = _table.Renew(worker, named, time.GetUtcNow());
        }

        foreach (var attempt in missing)
            Lose(attempt, worker, FailureReason.LeaseLost);
        var orders = renewal.Orders.Concat(renewal.Unknown.Select(attempt => (Attempt: attempt, Order: LeaseOrder.Drop)));
        var answers = orders.Select(order => new TrialOrder(order.Attempt.Trial.Value, order.Order, order.Attempt.Attempt));
        return new([.. answers], renewal.Drain);
    }

    public Task<int> Admit(AdmitRequest request)
    {
        _orders++;
        // The sweep is admitted before its rows are read, so that a trial that comes back during the read is queued again.
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
        _table.Report(id, newest, runs: holder is not null);
        _table.Ended(new(id, attempt), worker, requeue ? newest : null);
        // The trial trains on a worker whose lease this scheduler lacks. The rows contain that worker and the orders for the trial.
        if (holder is not null && _table.WorkerOf(id).Length == 0)
            await FillAsync(id.Sweep, CancellationToken.None);
        Serve();
    }

    public async Task<CommandReply> Drain(string worker)
    {
        _members = live.Members;
        if (IsGone(worker) || !await workers.DrainAsync(worker))
            return new(false, $"No worker named {worker} is alive.");
        _table.Drain(worker);
        LogDraining(worker);
        return new(true, $"{worker} takes no more trials; what runs there writes a checkpoint and goes on elsewhere.");
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        _members = live.Members;
        _presence.Forget(time.GetUtcNow());
        foreach (var (attempt, worker) in _table.LeasedBy(IsGone))
            Lose(attempt, worker, FailureReason.WorkerLost);
        foreach (var (attempt, worker) in _table.Expired(time.GetUtcNow()))
            Lose(attempt, worker, FailureReason.LeaseLost);
        try
        {
            await FollowAsync(cancellation);
            foreach (var sweep in _table.Idle)
            {
                // All that are left may wait to be judged, and the silo that should do so may have died.
                if (await FillAsync(sweep, cancellation) is var unfinished && (unfinished == 0 || _table.Idle.Contains(sweep)))
                    await grains.GetGrain<ISweepProgress>(sweep).TrialEnded();
            }

            if (_watches % LookEvery == LookEvery - 1)
            {
                // A sweep's grain may have been lost with its silo, or could not read its rows.
                foreach (var sweep in _table.Open)
                    await grains.GetGrain<ISweepProgress>(sweep).TrialEnded();
            }

            if (_watches++ % CountEvery == 0)
                _counts = await trials.CountAsync(cancellation);
            _saidAt = null;
        }
        catch (Exception error) when (error is DbException or TimeoutException)
        {
            // The next watch finds the same error, so it is logged at once and then only once a minute.
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
    /// Follows the rows. It finds an order that was stored but never reached this grain, because the silo that should send it died in
    /// between. It also finds a sweep that was stored and never admitted.
    /// </summary>
    private async Task FollowAsync(CancellationToken cancellation)
    {
        var orders = _orders;
        using var read = _table.Read();
        var states = await sweeps.StatesAsync(_table.Open, cancellation);
        var stopping = await trials.StoppingAsync(cancellation);
        var draining = await workers.DrainingAsync(cancellation);
        // An order that came in the meantime is newer than what was read here. The next watch reads it too.
        if (orders != _orders)
            return;
        foreach (var sweep in _table.Follow(states, stopping, draining, time.GetUtcNow()))
        {
            if (await sweeps.LoadAsync(sweep, cancellation) is not { State: SweepState.Running } stored || orders != _orders)
                return;
            _table.Admit(sweep, stored.Spec.Demands);
            await FillAsync(sweep, cancellation);
        }
    }

    /// <summary>
    /// Fills the table from the rows of every sweep, or of one. The rows are needed even when the table shows that a sweep is at its end: a
    /// silo that was declared dead and has not found out still moves trials, and reports that to a scheduler that is not this one.
    /// </summary>
    /// <returns>The number of trials that wait or run.</returns>
    private async Task<int> FillAsync(int? sweep, CancellationToken cancellation)
    {
        IReadOnlyList<UnfinishedTrial> unfinished;
        int orders;
        // Trials end during the read, and must not come back with its rows.
        using var read = _table.Read();
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

    /// <summary>
    /// Reports to a trial that its worker has lost it. Callers do not wait for the answer, and no second report is sent before it comes.
    /// </summary>
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
            // The next watch finds the same lost attempt again.
            LogLoseFailed(error, attempt);
        }
        finally
        {
            _losing.Remove(attempt);
        }
    }

    private bool IsGone(string worker) => _presence.IsGone(worker, _members, time.GetUtcNow());

    /// <summary>
    /// Grants trials to a worker. A silo that was declared dead may still ask for some seconds, and would lose what it got at once.
    /// </summary>
    private TrialGrant[] Grant(WorkerOffer offer) => IsGone(offer.Worker)
        ? []
        :
        [
            .. _table.Grant(offer, time.GetUtcNow())
                .Select(grant => new TrialGrant(grant.Attempt.Trial.Value, grant.Slots, grant.Attempt.Attempt)),
        ];

    /// <summary>Grants trials to the waiting workers after a change, the longest wait first, as long as any trial can start.</summary>
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
