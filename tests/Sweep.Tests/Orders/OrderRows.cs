using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Orders;

/// <summary>
/// The rows of sweeps, trials and workers, and the effects of the statements on them. The rules are the domain's own;
/// <c>TrialStoreTests</c> checks that the SQL follows them.
/// </summary>
internal sealed class OrderRows(int sweeps, int trialsEach)
{
    public sealed class TrialRow(TrialId id)
    {
        public TrialId Id => id;

        public TrialState State { get; set; }

        public int Attempt { get; set; }

        public string? Worker { get; set; }

        public bool Cancelling { get; set; }

        /// <summary>Whether it waits to be judged by a stopping rule, and not for a slot.</summary>
        public bool IsHeld { get; set; }

        public int Losses { get; set; }

        public int Failures { get; set; }
    }

    public Dictionary<int, SweepState> Sweeps { get; } = Enumerable.Range(1, sweeps).ToDictionary(sweep => sweep, _ => SweepState.Running);

    public Dictionary<TrialId, TrialRow> Trials { get; } = (
        from sweep in Enumerable.Range(1, sweeps)
        from number in Enumerable.Range(1, trialsEach)
        select new TrialRow(new(sweep, number))).ToDictionary(row => row.Id);

    public HashSet<string> Draining { get; } = [];

    public IEnumerable<TrialRow> Of(int sweep) => Trials.Values.Where(row => row.Id.Sweep == sweep);

    public bool IsOver(int sweep) => Of(sweep).All(row => row.State.IsOver());

    public IReadOnlyList<UnfinishedTrial> Unfinished(int? sweep = null) =>
    [
        .. Trials.Values.Where(row => !row.State.IsOver() && (sweep is null || row.Id.Sweep == sweep)).Select(row => new UnfinishedTrial(
            row.Id, row.Attempt, row.State == TrialState.Running ? row.Worker : null,
            row.State != TrialState.Running ? LeaseOrder.Continue
                : row.Cancelling || Sweeps[row.Id.Sweep] == SweepState.Cancelled ? LeaseOrder.Cancel
                : Sweeps[row.Id.Sweep] == SweepState.Paused ? LeaseOrder.Pause : LeaseOrder.Continue,
            row.IsHeld)),
    ];

    public IEnumerable<UnfinishedTrial> Stopping =>
        Unfinished().Where(trial => trial.Worker is not null && trial.Order != LeaseOrder.Continue);

    /// <summary>Opens an attempt that the worker was granted. Returns whether the row allows it.</summary>
    public bool Open(AttemptId attempt, string worker)
    {
        var row = Trials[attempt.Trial];
        if (row.State != TrialState.Queued || row.IsHeld || row.Attempt != attempt.Attempt - 1 || !Move(row, TrialMove.Lease))
            return false;
        (row.Attempt, row.Worker) = (attempt.Attempt, worker);
        return true;
    }

    /// <summary>Stores how an attempt ended, unless it is not the trial's present one.</summary>
    public void End(AttemptId attempt, TrialMove move, FailureReason? reason = null, int retries = 2)
    {
        var row = Trials[attempt.Trial];
        if (row.State != TrialState.Running || row.Attempt != attempt.Attempt)
            return;
        if (reason is { } why)
        {
            (row.Failures, row.Losses) = RetryRule.Count(why, row.Failures, row.Losses);
            move = RetryRule.Decide(why, row.Failures, row.Losses, retries);
        }

        Move(row, move);
        row.Worker = null;
    }

    /// <summary>Stores that an attempt stopped where its trial cannot be judged yet, unless it is not the trial's present one.</summary>
    public void Hold(AttemptId attempt)
    {
        var row = Trials[attempt.Trial];
        if (row.State != TrialState.Running || row.Attempt != attempt.Attempt)
            return;
        Move(row, TrialMove.Requeue);
        (row.Worker, row.IsHeld) = (null, row.State == TrialState.Queued);
    }

    /// <summary>Judges a trial that waits for it. Returns whether it waits for a slot now.</summary>
    public bool Release(TrialId id, bool stops)
    {
        var row = Trials[id];
        if (!row.IsHeld)
            return false;
        row.IsHeld = false;
        if (stops)
            row.State = row.State.After(TrialMove.Stop);
        return !stops;
    }

    public void CancelTrial(TrialId id)
    {
        var row = Trials[id];
        if (row.State == TrialState.Queued)
            (row.State, row.IsHeld) = (TrialState.Cancelled, false);
        row.Cancelling = row.State == TrialState.Running;
    }

    /// <exception cref="IllegalMoveException">The sweep's state does not allow it.</exception>
    public void Order(int sweep, SweepMove move)
    {
        var next = Sweeps[sweep].After(move);
        if (move == SweepMove.Complete && !IsOver(sweep))
            return;
        if (move == SweepMove.Cancel)
        {
            foreach (var row in Of(sweep).Where(row => !row.State.IsOver()))
                CancelTrial(row.Id);
        }

        Sweeps[sweep] = next;
    }

    public void Retry(int sweep)
    {
        var again = Of(sweep)
            .Where(row => row.State is TrialState.Failed or TrialState.Cancelled || row is { State: TrialState.Running, Cancelling: true })
            .ToList();
        foreach (var row in again)
        {
            row.State = row.State == TrialState.Running ? row.State : TrialState.Queued;
            (row.Cancelling, row.Failures, row.Losses) = (false, 0, 0);
        }

        if (again.Count > 0)
            Sweeps[sweep] = Sweeps[sweep].After(SweepMove.Retry);
    }

    private bool Move(TrialRow row, TrialMove move)
    {
        var transition = new TrialTransition(row.Id, row.State, row.Attempt, row.State.After(move), row.Attempt, 0, 0, null, "");
        if (transition.StoredAs(row.Cancelling, Sweeps[row.Id.Sweep]) is not { } state)
            return false;
        (row.State, row.Cancelling) = (state, false);
        return true;
    }
}
