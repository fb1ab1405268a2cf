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

    private sealed record Lease(string Worker, DateTimeOffset GrantedAt, DateTimeOffset ExpiresAt, LeaseOrder Order);

    /// <summary>Trials that wait in sweeps that are neither paused nor over.</summary>
    public int Waiting => _sweeps.Values.Where(queue => queue.Open).Sum(queue => queue.Waiting);

    public int Leased => _leases.Count;

    /// <summary>Sweeps that were admitted and have nothing left to wait for.</summary>
    public IReadOnlyList<int> Idle => [.. _sweeps.Values.Where(queue => queue is { Open: true, Waiting: 0, Running: 0 }).Select(queue => queue.Sweep)];

    /// <summary>Queues trials of a running sweep. A trial that is queued or leased already is not queued twice.</summary>
    public void Admit(int sweep, ResourceSpec resources, IEnumerable<int> numbers)
    {
        var queue = Queue(sweep);
        queue.Resources = resources;
        queue.Open = true;
        foreach (var number in numbers)
        {
            if (!_leases.ContainsKey(new(sweep, number)))
                queue.Add(number);
        }
    }

    /// <summary>Takes back a lease that was granted before this table was made.</summary>
    public void Restore(TrialId trial, string worker, DateTimeOffset now)
    {
        if (_leases.TryAdd(trial, new(worker, now, now + leaseTime, LeaseOrder.Continue)))
            Queue(trial.Sweep).Running++;
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
        Queue(trial.Sweep).Remove(trial.Number);
        if (_leases.TryGetValue(trial, out var lease))
            _leases[trial] = lease with { Order = LeaseOrder.Cancel };
    }

    /// <summary>Leases trials to a worker until its slots are full or nothing fits.</summary>
    public IReadOnlyList<(TrialId Trial, int Slots)> Grant(string worker, int freeSlots, DateTimeOffset now)
    {
        var granted = new List<(TrialId, int)>();
        while (Next(freeSlots) is { } queue)
        {
            var trial = new TrialId(queue.Sweep, queue.Take());
            _leases[trial] = new(worker, now, now + leaseTime, LeaseOrder.Continue);
            queue.Running++;
            freeSlots -= queue.Resources.Slots;
            granted.Add((trial, queue.Resources.Slots));
        }

        return granted;
    }

    /// <summary>Extends the leases of what a worker says it holds.</summary>
    /// <returns>The orders for what it holds, and the trials that it should hold and does not.</returns>
    public (IReadOnlyList<(TrialId Trial, LeaseOrder Order)> Orders, IReadOnlyList<TrialId> Missing) Renew(string worker, IReadOnlyCollection<TrialId> held, DateTimeOffset now)
    {
        var orders = new List<(TrialId, LeaseOrder)>();
        foreach (var trial in held)
        {
            if (!_leases.TryGetValue(trial, out var lease) || lease.Worker != worker)
            {
                orders.Add((trial, LeaseOrder.Drop));
                continue;
            }

            _leases[trial] = lease with { ExpiresAt = now + leaseTime };
            if (lease.Order != LeaseOrder.Continue)
                orders.Add((trial, lease.Order));
        }

        // A young lease may still be on its way to the worker.
        var missing = _leases.Where(pair => pair.Value.Worker == worker && now - pair.Value.GrantedAt > leaseTime / 2 && !held.Contains(pair.Key)).Select(pair => pair.Key);
        return (orders, [.. missing]);
    }

    /// <summary>The lease is over; the trial waits again if it is to be tried again and its sweep goes on.</summary>
    /// <param name="worker">That held it; when another one holds it by now, nothing happens.</param>
    public void Ended(TrialId trial, string worker, bool requeue)
    {
        var queue = Queue(trial.Sweep);
        if (_leases.TryGetValue(trial, out var lease))
        {
            if (lease.Worker != worker)
                return;
            _leases.Remove(trial);
            queue.Running--;
        }

        if (requeue && queue.Open)
            queue.Add(trial.Number);
        ForgetIfUnused(queue);
    }

    public IReadOnlyList<TrialId> Expired(DateTimeOffset now) => [.. _leases.Where(pair => pair.Value.ExpiresAt < now).Select(pair => pair.Key)];

    /// <summary>Leases of workers for which <paramref name="isGone"/> holds.</summary>
    public IReadOnlyList<TrialId> LeasedBy(Predicate<string> isGone) => [.. _leases.Where(pair => isGone(pair.Value.Worker)).Select(pair => pair.Key)];

    /// <summary>The worker that holds a lease; empty when nobody does.</summary>
    public string WorkerOf(TrialId trial) => _leases.GetValueOrDefault(trial)?.Worker ?? "";

    private SweepQueue? Next(int freeSlots) => _sweeps.Values
        .Where(queue => queue.CanStart(freeSlots))
        .OrderByDescending(queue => queue.Resources.Priority)
        .ThenBy(queue => (long)queue.Running * queue.Resources.Slots)
        .ThenBy(queue => queue.Sweep)
        .FirstOrDefault();

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
