using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Scheduling;

/// <summary>
/// Which trials wait and which are leased to whom, in memory: an event goes in, its consequences come out. Everything in it is also in the
/// database, so that it can be lost at any time and filled again from there.
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
    private readonly RowReads _reads = new();

    private sealed record Lease(string Worker, int Attempt, DateTimeOffset GrantedAt, DateTimeOffset ExpiresAt, LeaseOrder Order);

    /// <summary>Trials that wait in sweeps that are neither paused nor over.</summary>
    public int Waiting => _sweeps.Values.Where(queue => queue.Open).Sum(queue => queue.Waiting);

    public int Leased => _leases.Count;

    /// <summary>Whether any trial could start if a worker had the slots and labels for it.</summary>
    public bool AnyCanStart => _sweeps.Values.Any(queue => queue.CanStart);

    /// <summary>Sweeps whose trials may be queued.</summary>
    public IReadOnlyList<int> Open => [.. _sweeps.Values.Where(queue => queue.Open).Select(queue => queue.Sweep)];

    /// <summary>Sweeps that were admitted and have no trial that waits or runs.</summary>
    public IReadOnlyList<int> Idle =>
        [.. _sweeps.Values.Where(queue => queue is { Open: true, Waiting: 0, Running: 0 }).Select(queue => queue.Sweep)];

    /// <summary>Sweeps with trials that wait for slots or labels that no worker has.</summary>
    public IReadOnlyList<int> Unplaceable =>
    [
        .. _sweeps.Values
            .Where(queue => queue.CanStart && !_offers.Values.Any(offer => offer.Suits(queue.Resources)))
            .Select(queue => queue.Sweep),
    ];

    /// <summary>Admits a sweep that runs, so that its trials may be queued from now on.</summary>
    public void Admit(int sweep, ResourceSpec resources)
    {
        var queue = Queue(sweep);
        queue.Resources = resources;
        queue.Open = true;
    }

    /// <summary>Queues a trial if its sweep goes on and the trial is not leased.</summary>
    /// <param name="attempt">Its newest attempt; 0 before the first.</param>
    public void Requeue(TrialId trial, int attempt)
    {
        if (_sweeps.TryGetValue(trial.Sweep, out var queue) && queue.Open && !_leases.ContainsKey(trial))
            queue.Add(trial.Number, attempt);
    }

    /// <summary>
    /// Takes over the row of a running trial: the worker that trains it, and the order for it. A grant of this table to another worker is
    /// void then, unless it is for a later attempt, which was not in the row yet when the row was read.
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

    /// <summary>
    /// Begins a read of rows, which is over when the result is disposed, after <see cref="Fill"/>. What <see cref="Report"/> notes in
    /// between counts more than the rows.
    /// </summary>
    public IDisposable Read() => _reads.Begin();

    /// <inheritdoc cref="RowReads.Report"/>
    public void Report(TrialId trial, int newest, bool runs) => _reads.Report(trial, newest, runs);

    /// <summary>Fills the table from the rows of trials that wait or run.</summary>
    public void Fill(IEnumerable<UnfinishedTrial> rows, DateTimeOffset now)
    {
        foreach (var row in rows.Where(row => !_reads.IsOutdated(row)))
        {
            if (row.Worker is { } worker)
                Restore(new(row.Id, row.Attempt), worker, row.Order, now);
            else if (!row.IsHeld)
                Requeue(row.Id, row.Attempt);
        }
    }

    /// <summary>Follows orders in the rows that never reached this table, because the silo that should send them died in between.</summary>
    /// <param name="states">The states of the sweeps that run or are <see cref="Open"/>; a sweep that is missing was deleted.</param>
    /// <param name="stopping">The trials that run and must not. They need not be in this table, and their workers may be gone.</param>
    /// <param name="draining">The workers that a user drains.</param>
    /// <returns>The sweeps that run and are not admitted yet.</returns>
    public IReadOnlyList<int> Follow(
        IReadOnlyDictionary<int, SweepState> states,
        IEnumerable<UnfinishedTrial> stopping,
        IEnumerable<string> draining,
        DateTimeOffset now)
    {
        _draining.UnionWith(draining);
        Fill(stopping, now);
        foreach (var sweep in Open)
        {
            if (!states.TryGetValue(sweep, out var state))
                Withdraw(sweep, LeaseOrder.Drop);
            else if (state != SweepState.Running)
                Withdraw(sweep, OrderIn(state));
        }

        return [.. states.Where(sweep => sweep.Value == SweepState.Running && !IsOpen(sweep.Key)).Select(sweep => sweep.Key)];

        static LeaseOrder OrderIn(SweepState state) => state switch
        {
            SweepState.Paused => LeaseOrder.Pause,
            SweepState.Cancelled => LeaseOrder.Cancel,
            _ => LeaseOrder.Drop,
        };

        bool IsOpen(int sweep) => _sweeps.TryGetValue(sweep, out var queue) && queue.Open;
    }

    /// <summary>Starts no more trials of the sweep, and gives the order to those that run.</summary>
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

    /// <summary>Leases nothing more to the worker. It gets the order to drain from <see cref="Renew"/>.</summary>
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

    /// <summary>Extends the leases of the attempts that a worker holds.</summary>
    /// <param name="held">The attempts that the worker reports.</param>
    /// <remarks>
    /// A table that was made after a grant lacks it. When the trial waits for just this attempt, the table takes it as granted. Any other
    /// attempt without a lease may still run there by right, so its row is read before the worker gets the order to drop it.
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

        // A grant that was made just now may still be on its way to the worker.
        var missing = Held(worker).Where(trial => now - _leases[trial].GrantedAt > leaseTime / 2 && !named.Contains(trial));
        return new(orders, unknown, [.. missing.Select(trial => new AttemptId(trial, _leases[trial].Attempt))], _draining.Contains(worker));
    }

    /// <summary>Ends the lease of an attempt, and queues the trial again if its row says so and its sweep goes on.</summary>
    /// <param name="worker">
    /// The worker that held the lease; empty when it is not known any more. When another worker or attempt has the lease by now, nothing
    /// happens.
    /// </param>
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

    /// <summary>The leases that were not renewed in time, and the workers that held them.</summary>
    public IReadOnlyList<(AttemptId Attempt, string Worker)> Expired(DateTimeOffset now) =>
    [
        .. _leases
            .Where(pair => pair.Value.ExpiresAt < now)
            .Select(pair => (new AttemptId(pair.Key, pair.Value.Attempt), pair.Value.Worker)),
    ];

    /// <summary>Removes the offers of workers for which <paramref name="isGone"/> holds, and the slots that are reserved on them.</summary>
    /// <returns>The attempts that are still leased to them.</returns>
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
        return
        [
            .. from pair in _held
               where isGone(pair.Key)
               from trial in pair.Value
               select (new AttemptId(trial, _leases[trial].Attempt), pair.Key),
        ];
    }

    /// <summary>The worker to which a trial is leased; empty when it is not leased.</summary>
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
            // The next trial needs more slots than are free. One worker keeps its free slots until they are enough, because smaller trials
            // would otherwise take them again and again.
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
