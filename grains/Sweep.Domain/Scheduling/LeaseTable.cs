using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Scheduling;

/// <summary>
/// Who waits and who trains, in memory: an event in, its consequences out. It holds nothing that the tables do not say better, so that it can be
/// lost at any time and filled again from them.
/// <para>Trials are granted by priority of their sweep, then to the sweep with the fewest busy slots, then by number.</para>
/// </summary>
/// <param name="leaseTime">A worker that has not renewed a lease for this long has lost it.</param>
public sealed class LeaseTable(TimeSpan leaseTime)
{
    private readonly Dictionary<int, SweepQueue> _sweeps = [];
    private readonly Dictionary<TrialId, Lease> _leases = [];
    private readonly Dictionary<string, HashSet<TrialId>> _held = [];
    private readonly Dictionary<string, WorkerOffer> _offers = [];
    private readonly HashSet<string> _draining = [];

    private sealed record Lease(string Worker, int Attempt, DateTimeOffset GrantedAt, DateTimeOffset ExpiresAt, LeaseOrder Order);

    /// <summary>Trials that wait in sweeps that are neither paused nor over.</summary>
    public int Waiting => _sweeps.Values.Where(queue => queue.Open).Sum(queue => queue.Waiting);

    public int Leased => _leases.Count;

    /// <summary>Whether any trial could start if there were a worker for it: asking for one without that is in vain.</summary>
    public bool AnyCanStart => _sweeps.Values.Any(queue => queue.CanStart);

    /// <summary>Sweeps whose trials may be queued, whatever they wait for.</summary>
    public IReadOnlyList<int> Open => [.. _sweeps.Values.Where(queue => queue.Open).Select(queue => queue.Sweep)];

    /// <summary>Sweeps that were admitted and have nothing left to wait for.</summary>
    public IReadOnlyList<int> Idle => [.. _sweeps.Values.Where(queue => queue is { Open: true, Waiting: 0, Running: 0 }).Select(queue => queue.Sweep)];

    /// <summary>Sweeps with trials that wait for slots or labels that no worker has.</summary>
    public IReadOnlyList<int> Unplaceable =>
        [.. _sweeps.Values.Where(queue => queue.CanStart && !_offers.Values.Any(offer => offer.Suits(queue.Resources))).Select(queue => queue.Sweep)];

    /// <summary>The sweep runs: its trials may be queued from now on.</summary>
    public void Admit(int sweep, ResourceSpec resources)
    {
        var queue = Queue(sweep);
        queue.Resources = resources;
        queue.Open = true;
    }

    /// <summary>Queues a trial if its sweep goes on and nobody holds it.</summary>
    /// <param name="attempt">Its newest attempt; 0 before the first.</param>
    public void Requeue(TrialId trial, int attempt)
    {
        if (_sweeps.TryGetValue(trial.Sweep, out var queue) && queue.Open && !_leases.ContainsKey(trial))
            queue.Add(trial.Number, attempt);
    }

    /// <summary>
    /// Takes over what the row of a running trial says: who trains it, and the order for it. A grant of this table to somebody else is void then, unless it
    /// is for a later attempt, of which the row did not know when it was read.
    /// </summary>
    public void Restore(AttemptId attempt, string worker, LeaseOrder order, DateTimeOffset now)
    {
        var trial = attempt.Trial;
        if (_leases.TryGetValue(trial, out var lease))
        {
            if (Is(lease, worker, attempt.Attempt))
                _leases[trial] = lease with { Order = order };
            if (Is(lease, worker, attempt.Attempt) || lease.Attempt > attempt.Attempt)
                return;
            Release(trial, lease);
        }

        var queue = Queue(trial.Sweep);
        queue.Remove(trial.Number);
        Take(queue, attempt, worker, order, now);
    }

    /// <summary>Fills the table with what the rows say of the trials that wait or run.</summary>
    public void Fill(IEnumerable<UnfinishedTrial> rows, DateTimeOffset now)
    {
        foreach (var row in rows)
        {
            if (row.Worker is { } worker)
                Restore(new(row.Id, row.Attempt), worker, row.Order, now);
            else
                Requeue(row.Id, row.Attempt);
        }
    }

    /// <summary>Follows orders in the rows of which nobody told this table, since whoever was to tell it died in between.</summary>
    /// <param name="states">Where the sweeps stand that run or that are <see cref="Open"/>; one that is missing was deleted.</param>
    /// <param name="stopping">The trials that run and must not. This table may know nothing of them, and their workers may be gone.</param>
    /// <param name="draining">The workers that a user drains.</param>
    /// <returns>The sweeps that run and are not admitted yet.</returns>
    public IReadOnlyList<int> Follow(
        IReadOnlyDictionary<int, SweepState> states, IEnumerable<UnfinishedTrial> stopping, IEnumerable<string> draining, DateTimeOffset now)
    {
        _draining.UnionWith(draining);
        Fill(stopping, now);
        foreach (var sweep in Open)
        {
            if (!states.TryGetValue(sweep, out var state))
                Withdraw(sweep, LeaseOrder.Drop);
            else if (state != SweepState.Running)
                Withdraw(sweep, state switch { SweepState.Paused => LeaseOrder.Pause, SweepState.Cancelled => LeaseOrder.Cancel, _ => LeaseOrder.Drop });
        }

        return [.. states.Where(sweep => sweep.Value == SweepState.Running && !(_sweeps.TryGetValue(sweep.Key, out var queue) && queue.Open)).Select(sweep => sweep.Key)];
    }

    /// <summary>Nothing of the sweep starts any more, and what runs gets this order.</summary>
    public void Withdraw(int sweep, LeaseOrder order)
    {
        var queue = Queue(sweep);
        queue.Open = false;
        queue.Clear();
        foreach (var trial in _leases.Keys.Where(trial => trial.Sweep == sweep).ToArray())
            _leases[trial] = _leases[trial] with { Order = order };
        ForgetIfUnused(queue);
    }

    /// <summary>Takes one trial out of the queue, or orders its worker to stop it.</summary>
    public void Cancel(TrialId trial)
    {
        if (_sweeps.TryGetValue(trial.Sweep, out var queue))
            queue.Remove(trial.Number);
        if (_leases.TryGetValue(trial, out var lease))
            _leases[trial] = lease with { Order = LeaseOrder.Cancel };
    }

    /// <summary>Nothing more is leased to the worker; <see cref="Renew"/> tells it so.</summary>
    public void Drain(string worker) => _draining.Add(worker);

    /// <summary>Leases trials to a worker until its slots are full or nothing fits.</summary>
    public IReadOnlyList<(AttemptId Attempt, int Slots)> Grant(WorkerOffer offer, DateTimeOffset now)
    {
        _offers[offer.Worker] = offer;
        var granted = new List<(AttemptId, int)>();
        if (_draining.Contains(offer.Worker))
            return granted;
        var free = offer.FreeSlots;
        while (free > 0 && Next(offer, free) is { } queue)
        {
            var attempt = queue.Take();
            Take(queue, attempt, offer.Worker, LeaseOrder.Continue, now);
            free -= queue.Resources.Slots;
            granted.Add((attempt, queue.Resources.Slots));
        }

        return granted;
    }

    /// <summary>Extends the leases of what a worker says it holds.</summary>
    /// <remarks>
    /// A table that was made after the grant does not know it. A trial that waits for just this attempt is taken to be granted. Anything else that the
    /// worker has no lease for may run there as its row says, so that the row is looked up before the worker is told to drop it.
    /// </remarks>
    public Renewal Renew(string worker, IReadOnlyCollection<AttemptId> held, DateTimeOffset now)
    {
        var (orders, unknown, named) = (new List<(AttemptId, LeaseOrder)>(), new List<AttemptId>(), new HashSet<TrialId>());
        foreach (var attempt in held)
        {
            if (!_leases.ContainsKey(attempt.Trial) && _sweeps.TryGetValue(attempt.Trial.Sweep, out var queue) && queue.IsNext(attempt))
            {
                queue.Remove(attempt.Trial.Number);
                Take(queue, attempt, worker, LeaseOrder.Continue, now);
            }

            if (!_leases.TryGetValue(attempt.Trial, out var lease) || !Is(lease, worker, attempt.Attempt))
            {
                unknown.Add(attempt);
                continue;
            }

            named.Add(attempt.Trial);
            _leases[attempt.Trial] = lease with { ExpiresAt = now + leaseTime };
            if (lease.Order != LeaseOrder.Continue)
                orders.Add((attempt, lease.Order));
        }

        // A young lease may still be on its way to the worker.
        var missing = Held(worker).Where(trial => now - _leases[trial].GrantedAt > leaseTime / 2 && !named.Contains(trial));
        return new(orders, unknown, [.. missing.Select(trial => new AttemptId(trial, _leases[trial].Attempt))], _draining.Contains(worker));
    }

    /// <summary>The lease of an attempt is over, and the trial waits again where its row says so and its sweep goes on.</summary>
    /// <param name="worker">The worker that held the lease, empty when it is not known any more; when another worker or attempt has it by now, nothing happens.</param>
    /// <param name="waitsAfter">The newest attempt in the row of a trial that waits; null for one that does not wait.</param>
    public void Ended(AttemptId ended, string worker, int? waitsAfter)
    {
        var trial = ended.Trial;
        var queue = Queue(trial.Sweep);
        if (_leases.TryGetValue(trial, out var lease))
        {
            if (!Is(lease, worker, ended.Attempt))
                return;
            Release(trial, lease);
        }

        if (waitsAfter is { } attempt)
            Requeue(trial, attempt);
        ForgetIfUnused(queue);
    }

    /// <summary>The leases that were not renewed in time, and who held them.</summary>
    public IReadOnlyList<(AttemptId Attempt, string Worker)> Expired(DateTimeOffset now) =>
        [.. _leases.Where(pair => pair.Value.ExpiresAt < now).Select(pair => (new AttemptId(pair.Key, pair.Value.Attempt), pair.Value.Worker))];

    /// <summary>Forgets what workers for which <paramref name="isGone"/> holds have offered or were promised.</summary>
    /// <returns>What they still hold.</returns>
    public IReadOnlyList<(AttemptId Attempt, string Worker)> LeasedBy(Predicate<string> isGone)
    {
        foreach (var worker in _offers.Keys.Where(worker => isGone(worker)).ToArray())
        {
            _offers.Remove(worker);
            _draining.Remove(worker);
            foreach (var queue in _sweeps.Values.Where(queue => queue.ReservedFor == worker))
                queue.ReservedFor = null;
        }

        foreach (var worker in _held.Where(pair => pair.Value.Count == 0 && isGone(pair.Key)).Select(pair => pair.Key).ToArray())
            _held.Remove(worker);
        return [.. _held.Where(pair => isGone(pair.Key)).SelectMany(pair => pair.Value.Select(trial => (new AttemptId(trial, _leases[trial].Attempt), pair.Key)))];
    }

    /// <summary>The worker that holds a lease; empty when nobody does.</summary>
    public string WorkerOf(TrialId trial) => _leases.GetValueOrDefault(trial)?.Worker ?? "";

    /// <summary>Whether the lease is that of the worker and the attempt, where both are known.</summary>
    private static bool Is(Lease lease, string worker, int attempt) =>
        (worker.Length == 0 || lease.Worker == worker) && (attempt == 0 || lease.Attempt == 0 || lease.Attempt == attempt);

    private void Release(TrialId trial, Lease lease)
    {
        _leases.Remove(trial);
        _held[lease.Worker].Remove(trial);
        Queue(trial.Sweep).Running--;
    }

    private void Take(SweepQueue queue, AttemptId attempt, string worker, LeaseOrder order, DateTimeOffset now)
    {
        var trial = attempt.Trial;
        _leases[trial] = new(worker, attempt.Attempt, now, now + leaseTime, order);
        if (!_held.TryGetValue(worker, out var held))
            _held[worker] = held = [];
        held.Add(trial);
        queue.Running++;
        queue.ReservedFor = null;
    }

    private SweepQueue? Next(WorkerOffer offer, int freeSlots)
    {
        var candidates = _sweeps.Values
            .Where(queue => queue.CanStart && offer.Suits(queue.Resources))
            .OrderByDescending(queue => queue.Resources.Priority)
            .ThenBy(queue => (long)queue.Running * queue.Resources.Slots)
            .ThenBy(queue => queue.Sweep);
        foreach (var queue in candidates)
        {
            if (queue.Resources.Slots <= freeSlots)
                return queue;
            // Its turn, and too few slots are free: one worker keeps what it has until they are enough, or smaller trials would take them for ever.
            queue.ReservedFor ??= offer.Worker;
            if (queue.ReservedFor == offer.Worker)
                return null;
        }

        return null;
    }

    private IReadOnlyCollection<TrialId> Held(string worker) => _held.TryGetValue(worker, out var held) ? held : [];

    private SweepQueue Queue(int sweep)
    {
        if (!_sweeps.TryGetValue(sweep, out var queue))
            _sweeps[sweep] = queue = new(sweep);
        return queue;
    }

    private void ForgetIfUnused(SweepQueue queue)
    {
        if (queue is { Open: false, Running: 0 })
            _sweeps.Remove(queue.Sweep);
    }
}
