using System.Globalization;

namespace Sweep.Processes.Chaos;

/// <summary>
/// Checks every answer against what happened afterwards. From the moment of the answer, a cancelled trial or a trial of a paused sweep must
/// not be leased, and a running one must not begin an epoch after <see cref="ChaosJournal.Settled"/>. A drained worker must not open a
/// lease after that time. An order holds until a later order that may have been carried out reverses it.
/// </summary>
/// <param name="isOver">Whether the sweep had enough time to end.</param>
public sealed class OrderProof(SweepHistory history, IReadOnlyList<UserOrder> orders, ChaosJournal journal, bool isOver)
{
    public IEnumerable<Violation> Violations() => [.. Holds(), .. Drains(), .. Retries(), .. PausedTwice(), .. Ends()];

    private IEnumerable<Violation> Holds()
    {
        foreach (var (place, order) in orders.Index())
        {
            if (order is not { Accepted: true, Deed: UserDeed.Pause or UserDeed.Cancel or UserDeed.CancelTrial })
                continue;
            foreach (var trial in history.Trials.Where(trial => order.Concerns(history.Id, trial.Number)))
            {
                var lifting = orders.Skip(place + 1).Where(later => later.MayHold && Lifts(order, later, trial));
                var lifted = lifting.Select(later => later.Sent).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
                foreach (var violation in Broken(order, trial, lifted))
                    yield return violation;
            }
        }
    }

    /// <summary>
    /// Whether a later order may let the trial run again. A retry leaves a paused sweep paused, unless the sweep has ended in the meantime.
    /// </summary>
    private bool Lifts(UserOrder order, UserOrder later, TrialFact trial) => later.Concerns(history.Id, trial.Number) && later.Deed switch
    {
        UserDeed.Retry or UserDeed.RetryTrial => true,
        UserDeed.Resume => order.Deed == UserDeed.Pause,
        _ => false,
    };

    private IEnumerable<Violation> Broken(UserOrder order, TrialFact trial, DateTimeOffset lifted)
    {
        var answered = order.Answered!.Value;
        var events = history.Of(trial);
        foreach (var leased in events.Where(fact => fact.Event == "leased" && fact.At > answered && fact.At < lifted))
        {
            var after = $"{After(answered, leased.At)} after \"{order}\" was answered";
            yield return new(leased.At, $"{Trial(trial)}: attempt {leased.Attempt} was leased to {leased.Worker} {after}", events);
        }

        foreach (var epoch in history.Epochs.Where(epoch => epoch.Trial == trial.Id && epoch.StoredAt > answered))
        {
            var settled = journal.Settled(answered, history.WorkerOf(trial.Id, epoch.Attempt));
            if (Began(epoch, settled) is { } began && began > settled && began < lifted)
            {
                var after = $"{After(answered, began)} after \"{order}\" was answered, {After(settled, began)} later than it may";
                yield return new(began, $"{Trial(trial)}: epoch {epoch.Epoch} of attempt {epoch.Attempt} began {after}", events);
            }
        }
    }

    /// <summary>
    /// Returns when an attempt began its part of an epoch; null when that is unknown, because the epoch may have waited to be stored. The
    /// seconds of an epoch include those of an earlier attempt that was stopped within it, so the part begins with the lease at the
    /// earliest.
    /// </summary>
    private DateTimeOffset? Began(EpochFact epoch, DateTimeOffset settled)
    {
        if (epoch.Ended is null && journal.Disturbances.Any(disturbance =>
            disturbance.Act.Victim != ChaosVictim.Trainer && disturbance.Overlaps(settled, epoch.StoredAt)))
            return null;
        var began = (epoch.Ended ?? epoch.StoredAt) - TimeSpan.FromSeconds(epoch.Seconds);
        var leased = history.LeaseOf(epoch.Trial, epoch.Attempt)?.At ?? began;
        return leased > began ? leased : began;
    }

    /// <summary>
    /// A trial that was granted before the order may be opened until the order reaches the worker. The worker then gives the trial back.
    /// </summary>
    private IEnumerable<Violation> Drains() =>
        from order in orders
        where order is { Accepted: true, Deed: UserDeed.Drain }
        from leased in history.Events
        where leased.Event == "leased" && leased.Worker == order.Name
            && leased.At > journal.Settled(order.Answered!.Value, order.Name, isDrain: true)
        let after = After(order.Answered!.Value, leased.At)
        select new Violation(leased.At, $"trial {leased.Trial}: leased to {leased.Worker} {after} after it was drained");

    /// <summary>A retried trial must run again, or go on when its cancel had not arrived yet, unless a later order cancels it.</summary>
    private IEnumerable<Violation> Retries()
    {
        if (!isOver)
            yield break;
        foreach (var (place, order) in orders.Index())
        {
            if (order is not { Accepted: true, Deed: UserDeed.Retry or UserDeed.RetryTrial })
                continue;
            foreach (var trial in history.Trials.Where(trial => order.Concerns(history.Id, trial.Number)))
            {
                var cancelled = orders.Skip(place + 1).Any(later =>
                    later is { MayHold: true, Deed: UserDeed.Cancel or UserDeed.CancelTrial } && later.Concerns(history.Id, trial.Number));
                var since = history.Of(trial).SkipWhile(fact => fact.At < order.Sent).ToList();
                var meant = order.Trial is not null || since.Any(fact => fact.Event == "retried");
                if (meant && !cancelled && since.All(fact => fact.Event is "cancelled" or "retried"))
                    yield return new(
                        order.Answered, $"{Trial(trial)} is {trial.State} and did not run after \"{order}\"", history.Of(trial));
            }
        }
    }

    /// <summary>
    /// An attempt after one that was given back must continue after the last step of the earlier one. The logs of both trainers contain the
    /// step.
    /// </summary>
    private IEnumerable<Violation> PausedTwice()
    {
        foreach (var trial in history.Trials)
        {
            foreach (var given in history.Of(trial).Where(fact => fact.Event == "given back"))
            {
                var marks = history.Marks.Where(mark => mark.Trial == trial.Id).ToList();
                var written = marks.LastOrDefault(mark => mark.Attempt == given.Attempt && !mark.Resumed);
                var resumed = marks.FirstOrDefault(mark => mark.Attempt == given.Attempt + 1 && mark.Resumed);
                if (written is null || resumed is null || (resumed.Epoch, resumed.Step).CompareTo((written.Epoch, written.Step)) >= 0)
                    continue;
                var again = $"wrote its checkpoint after {written.Place}, and the next one began after {resumed.Place}";
                yield return new(resumed.At, $"{Trial(trial)}: attempt {given.Attempt} {again}", history.Of(trial));
            }
        }
    }

    private IEnumerable<Violation> Ends()
    {
        if (!isOver)
            yield break;
        if (history.State is not ("completed" or "cancelled"))
            yield return new(journal.Now, $"{history.Name} is {history.State} though it had the time to end");
        foreach (var trial in history.Trials.Where(trial => trial.State is "queued" or "running"))
        {
            var though = $"though {history.Name} had the time to end; the sweep is {history.State}";
            yield return new(journal.Now, $"{Trial(trial)} is {trial.State} {though}", history.Of(trial));
        }
    }

    private string Trial(TrialFact trial) => string.Create(CultureInfo.InvariantCulture, $"{history.Name}/{trial.Number}");

    private static string After(DateTimeOffset from, DateTimeOffset to) =>
        string.Create(CultureInfo.InvariantCulture, $"{(to - from).TotalSeconds:0.00} s");
}
