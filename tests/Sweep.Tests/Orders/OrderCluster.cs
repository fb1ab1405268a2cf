using Sweep.Domain.Scheduling;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Orders;

/// <summary>
/// A cluster in which everything comes at the wrong moment. It has the real lease table and the real rules; its messages wait, come twice,
/// or are lost with their sender. It records who did what, and so knows whether a loss was caused.
/// </summary>
internal sealed class OrderCluster(int sweeps, int trialsEach, int slots)
{
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(15);

    private readonly List<Action> _messages = [];
    private readonly List<string> _history = [];
    private LeaseTable _table = new(LeaseTime);
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;
    private int _made;

    public OrderRows Rows { get; } = new(sweeps, trialsEach);

    public List<Worker> Workers { get; } = [];

    public int Waiting => _messages.Count;

    public string History => string.Join("\n", _history.TakeLast(60));

    /// <summary>An attempt that a worker was granted, which it may have opened and may have to stop.</summary>
    public sealed class Held(AttemptId attempt)
    {
        public AttemptId Attempt => attempt;

        public bool Opened { get; set; }

        /// <summary>Whether the worker renewed after the scheduler received the order to stop: it then trains no more epochs.</summary>
        public bool MustStop { get; set; }
    }

    public sealed class Worker(string name)
    {
        public string Name => name;

        public bool Alive { get; set; } = true;

        public List<Held> Holds { get; } = [];

        public DateTimeOffset RenewedAt { get; set; }
    }

    private void Say(string what) => _history.Add($"{(_now - DateTimeOffset.UnixEpoch).TotalSeconds:0.0} {what}");

    public Worker AddWorker()
    {
        var worker = new Worker($"w{++_made}") { RenewedAt = _now };
        Workers.Add(worker);
        return worker;
    }

    /// <summary>Activates the scheduler anew: its memory is gone, the rows are not.</summary>
    public void Activate()
    {
        Say("the scheduler is activated anew");
        _table = new(LeaseTime);
        foreach (var (sweep, state) in Rows.Sweeps.Where(sweep => sweep.Value == SweepState.Running))
            _table.Admit(sweep, new());
        foreach (var worker in Rows.Draining)
            _table.Drain(worker);
        _table.Fill(Rows.Unfinished(), _now);
        Known();
    }

    /// <summary>Does what the scheduler does each second: it finds losses and compares its leases with the rows.</summary>
    public void Watch()
    {
        foreach (var (attempt, worker) in _table.LeasedBy(name => !Workers.Any(worker => worker.Alive && worker.Name == name)).ToList())
            Lose(attempt, worker, FailureReason.WorkerLost);
        foreach (var (attempt, worker) in _table.Expired(_now).ToList())
            Lose(attempt, worker, FailureReason.LeaseLost);
        var states = Rows.Sweeps.Where(sweep => sweep.Value == SweepState.Running || _table.Open.Contains(sweep.Key)).ToDictionary();
        foreach (var sweep in _table.Follow(states, Rows.Stopping, Rows.Draining, _now))
        {
            _table.Admit(sweep, new());
            _table.Fill(Rows.Unfinished(sweep), _now);
        }

        foreach (var sweep in _table.Idle)
        {
            _table.Fill(Rows.Unfinished(sweep), _now);
            Settle(sweep);
        }

        Known();
    }

    /// <summary>A worker asks the scheduler for trials.</summary>
    public void Lease(Worker worker)
    {
        var free = slots - worker.Holds.Count;
        if (free <= 0)
            return;
        foreach (var (attempt, _) in _table.Grant(new(worker.Name, free, slots, []), _now))
        {
            Say($"{worker.Name} is granted {attempt}");
            // A scheduler that was activated after a grant may grant the same attempt again.
            if (worker.Holds.All(held => held.Attempt != attempt))
                worker.Holds.Add(new(attempt));
        }
    }

    public void Open(Worker worker, Held held)
    {
        held.Opened = Rows.Open(held.Attempt, worker.Name);
        Say($"{worker.Name} opens {held.Attempt}: {(held.Opened ? "it runs" : "refused")}");
        if (held.Opened)
        {
            Assert.True(
                Rows.Sweeps[held.Attempt.Trial.Sweep] == SweepState.Running,
                $"{held.Attempt} began in a sweep that does not run.\n{History}");
            return;
        }

        worker.Holds.Remove(held);
        SendEnd(held.Attempt, worker.Name);
    }

    public void Train(Worker worker, Held held)
    {
        // An order that was withdrawn meanwhile no longer holds.
        if (held.Opened && IsOrderedToStop(held.Attempt.Trial))
            Assert.False(held.MustStop, $"{worker.Name} trains an epoch of {held.Attempt} though it was told to stop.\n{History}");
    }

    /// <summary>Ends an attempt, which its trial stores at once. The scheduler receives the message later, perhaps twice.</summary>
    public void End(Worker worker, Held held, TrialMove move, FailureReason? reason = null)
    {
        if (!held.Opened)
            return;
        Say($"{held.Attempt} on {worker.Name} ends: {move} {reason}");
        worker.Holds.Remove(held);
        Rows.End(held.Attempt, move, reason);
        SendEnd(held.Attempt, worker.Name);
    }

    /// <summary>Ends an attempt where its trial cannot be judged yet.</summary>
    public void Hold(Worker worker, Held held)
    {
        if (!held.Opened)
            return;
        Say($"{held.Attempt} on {worker.Name} is held");
        worker.Holds.Remove(held);
        Rows.Hold(held.Attempt);
        SendEnd(held.Attempt, worker.Name);
    }

    /// <summary>Judges a trial that is held. The scheduler is not called if the sweep's silo dies before that.</summary>
    public void Release(TrialId trial, bool stops, bool told)
    {
        if (!Rows.Trials[trial].IsHeld)
            return;
        Say($"trial {trial} is judged and {(stops ? "stopped" : "goes on")}{(told ? "" : ", and nobody tells the scheduler")}");
        if (Rows.Release(trial, stops) && told)
            SendEnd(new(trial, Rows.Trials[trial].Attempt), worker: "");
    }

    public void Renew(Worker worker)
    {
        worker.RenewedAt = _now;
        AttemptId[] named = [.. worker.Holds.Select(held => held.Attempt)];
        var renewal = _table.Renew(worker.Name, named, _now);
        foreach (var sweep in renewal.Unknown.Select(attempt => attempt.Trial.Sweep).Distinct().ToList())
        {
            _table.Fill(Rows.Unfinished(sweep), _now);
            renewal = _table.Renew(worker.Name, named, _now);
        }

        foreach (var attempt in renewal.Missing)
            Lose(attempt, worker.Name, FailureReason.LeaseLost);
        foreach (var (attempt, order) in renewal.Orders.Concat(renewal.Unknown.Select(attempt => (attempt, LeaseOrder.Drop))))
            Obey(worker, worker.Holds.Single(held => held.Attempt == attempt), order);
        foreach (var held in worker.Holds)
            held.MustStop = IsOrderedToStop(held.Attempt.Trial) && (held.MustStop || _known.Contains(held.Attempt.Trial));
        if (renewal.Drain)
            Drained(worker);
    }

    /// <summary>Gives a user's order. The rows are written first; the scheduler is not called if the caller dies before that.</summary>
    public void Order(int sweep, SweepMove move, bool told)
    {
        try
        {
            Rows.Order(sweep, move);
        }
        catch (IllegalMoveException)
        {
            return;
        }

        Say($"sweep {sweep}: {move}{(told ? "" : ", and nobody tells the scheduler")}");
        if (Rows.Sweeps[sweep] == SweepState.Running)
            GoesOn(sweep);
        if (!told)
            return;
        switch (Rows.Sweeps[sweep])
        {
            case SweepState.Running:
                Admit(sweep);
                break;
            case SweepState.Paused:
                _table.Withdraw(sweep, LeaseOrder.Pause);
                break;
            default:
                _table.Withdraw(sweep, LeaseOrder.Cancel);
                break;
        }

        Known(sweep);
    }

    public void Cancel(TrialId trial, bool told)
    {
        Rows.CancelTrial(trial);
        Say($"trial {trial}: cancelled{(told ? "" : ", and nobody tells the scheduler")}");
        if (!told)
            return;
        _table.Cancel(trial);
        if (Rows.Trials[trial].Cancelling)
            _known.Add(trial);
    }

    public void Retry(int sweep, bool told)
    {
        Rows.Retry(sweep);
        Say($"sweep {sweep}: tried again{(told ? "" : ", and nobody tells the scheduler")}");
        GoesOn(sweep);
        if (told && Rows.Sweeps[sweep] == SweepState.Running)
            Admit(sweep);
    }

    public void Drain(Worker worker)
    {
        Say($"{worker.Name} is drained");
        Rows.Draining.Add(worker.Name);
    }

    public void Die(Worker worker)
    {
        Say($"{worker.Name} dies");
        worker.Alive = false;
        worker.Holds.Clear();
    }

    public void Pass(TimeSpan time) => _now += time;

    /// <summary>Delivers a message that waited; it stays in the queue if it is to come once more.</summary>
    public void Deliver(int which, bool again)
    {
        if (_messages.Count == 0)
            return;
        var message = _messages[which % _messages.Count];
        if (!again)
            _messages.Remove(message);
        message();
    }

    /// <summary>The trials that the scheduler has been ordered to stop.</summary>
    private readonly HashSet<TrialId> _known = [];

    private void Known(int? sweep = null) =>
        _known.UnionWith(Rows.Unfinished(sweep).Where(row => row.Order != LeaseOrder.Continue).Select(row => row.Id));

    private bool IsOrderedToStop(TrialId trial) =>
        Rows.Unfinished(trial.Sweep).Any(row => row.Id == trial && row.Order != LeaseOrder.Continue);

    /// <summary>Withdraws the sweep's orders to stop, since an order that follows is a new one.</summary>
    private void GoesOn(int sweep) => _known.RemoveWhere(trial => trial.Sweep == sweep && !Rows.Trials[trial].Cancelling);

    private void Admit(int sweep)
    {
        _table.Admit(sweep, new());
        _table.Fill(Rows.Unfinished(sweep), _now);
    }

    private void Settle(int sweep)
    {
        foreach (var row in Rows.Of(sweep).Where(row => row.IsHeld).ToList())
            Release(row.Id, stops: false, told: true);
        if (Rows.IsOver(sweep) && Rows.Sweeps[sweep] is SweepState.Running or SweepState.Paused)
            Order(sweep, SweepMove.Complete, told: true);
    }

    private void Obey(Worker worker, Held held, LeaseOrder order)
    {
        Say($"{worker.Name} is told to {order} {held.Attempt}");
        var row = Rows.Trials[held.Attempt.Trial];
        if (order == LeaseOrder.Drop)
        {
            Assert.False(
                held.Opened && row.State == TrialState.Running && row.Attempt == held.Attempt.Attempt && row.Worker == worker.Name,
                $"{worker.Name} is told to drop {held.Attempt}, which it trains.\n{History}");
            worker.Holds.Remove(held);
            return;
        }

        if (!held.Opened)
            return;
        End(worker, held, order == LeaseOrder.Cancel ? TrialMove.Cancel : TrialMove.Requeue);
    }

    private void Drained(Worker worker)
    {
        foreach (var held in worker.Holds.Where(held => held.Opened).ToList())
            End(worker, held, TrialMove.Requeue);
        if (worker.Holds.Count == 0)
            worker.Alive = false;
    }

    /// <summary>Sends the scheduler the state of a trial's row after an attempt.</summary>
    private void SendEnd(AttemptId attempt, string worker) => _messages.Add(() =>
    {
        var row = Rows.Trials[attempt.Trial];
        _table.Ended(attempt, worker, row is { State: TrialState.Queued, IsHeld: false } ? row.Attempt : null);
        if (row.State == TrialState.Running && _table.WorkerOf(attempt.Trial).Length == 0)
            _table.Fill(Rows.Unfinished(attempt.Trial.Sweep), _now);
    });

    /// <summary>
    /// Sends a trial the loss of its worker. The loss counts only if the attempt still runs, and must then have been caused by a death
    /// or by silence.
    /// </summary>
    private void Lose(AttemptId attempt, string worker, FailureReason reason)
    {
        var wasCaused = IsCaused(attempt, worker);
        _messages.Add(() =>
        {
            var row = Rows.Trials[attempt.Trial];
            if (row.State == TrialState.Running && row.Attempt == attempt.Attempt && row.Worker == worker)
            {
                Assert.True(
                    wasCaused || IsCaused(attempt, worker),
                    $"{attempt} is lost ({reason}) though {worker} lives, trains it and renews.\n{History}");
                Say($"{attempt} is lost by {worker}: {reason}");
                Rows.End(attempt, TrialMove.Requeue, reason);
            }

            SendEnd(attempt, worker);
        });
    }

    private bool IsCaused(AttemptId attempt, string worker)
    {
        var holder = Workers.Single(other => other.Name == worker);
        return !holder.Alive || holder.Holds.All(held => held.Attempt != attempt) || _now - holder.RenewedAt > LeaseTime;
    }
}
