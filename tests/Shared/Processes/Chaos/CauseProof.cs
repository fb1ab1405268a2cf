using System.Globalization;

namespace Sweep.Processes.Chaos;

/// <summary>
/// Holds every loss and every failure against what was done: a loss needs a silo that was hit, a failure a trainer that was; and the retries
/// that a trial has used are the failures that its history has.
/// </summary>
/// <param name="greedy">Ids of the sweeps that ask for more memory than there is.</param>
public sealed class CauseProof(
    IReadOnlyList<SweepHistory> histories, IReadOnlyList<UserOrder> orders, IReadOnlySet<int> greedy, ChaosJournal journal)
{
    /// <summary>From a death to the report of it: the self-test that follows it has a minute, and waits while the database is away.</summary>
    private static readonly TimeSpan ReportLimit = TimeSpan.FromSeconds(120);

    /// <summary>From a freeze to the loss of a lease that it explains: a lease is lost after 15 s of silence, and its worker is asked first.</summary>
    private static readonly TimeSpan LossLimit = TimeSpan.FromSeconds(60);

    public IEnumerable<Violation> Violations() => [.. Losses(), .. Failures(), .. Counts()];

    private IEnumerable<Violation> Losses() =>
        from history in histories
        from fact in history.Events
        where fact.IsLoss && !journal.Disturbances.Any(disturbance =>
            disturbance.Act.Victim != ChaosVictim.Trainer && disturbance.Silo == fact.Worker && disturbance.Overlaps(fact.At - LossLimit, fact.At))
        select new Violation(
            fact.At, $"{Name(history, fact)} was {fact.Event} as {fact.Reason}, and nobody had done anything to {fact.Worker}", Of(history, fact));

    /// <summary>A trainer that was killed explains one failure; one that cannot be started may meet several trials.</summary>
    private IEnumerable<Violation> Failures()
    {
        var spent = new HashSet<Disturbance>();
        var facts = histories.SelectMany(history => history.Events.Select(fact => (history, fact))).OrderBy(item => item.fact.At);
        foreach (var (history, fact) in facts)
        {
            if (fact.Reason is null || fact.IsLoss || (greedy.Contains(history.Id) && fact.Reason == "out_of_memory"))
                continue;
            var cause = journal.Disturbances.FirstOrDefault(disturbance =>
                disturbance.Act.Victim == ChaosVictim.Trainer && disturbance.Silo == fact.Worker && Explains(disturbance.Act.Deed, fact.Reason)
                && !spent.Contains(disturbance) && disturbance.Overlaps(fact.At - ReportLimit, fact.At));
            var what = $"{Name(history, fact)} was {fact.Event} because of {fact.Reason} on {fact.Worker}";
            if (cause is null)
                yield return new(fact.At, $"{what}, and nobody had done that to its trainer: {fact.Detail}", Of(history, fact));
            else if (cause.Act.Deed is ChaosDeed.Kill or ChaosDeed.Hang)
                spent.Add(cause);
        }
    }

    private static bool Explains(ChaosDeed deed, string? reason) => reason switch
    {
        "trainer_died" => deed is ChaosDeed.Kill or ChaosDeed.Starve or ChaosDeed.Forbid or ChaosDeed.Hang,
        // The trainer of a self-test may be the next one that is hit.
        "worker_unfit" => true,
        "out_of_memory" or "trainer_error" => deed is ChaosDeed.Starve,
        "stalled" => deed is ChaosDeed.Hang,
        _ => false,
    };

    /// <summary>A retry gives a trial all its retries again; one that goes on, since its cancel had not come yet, has no row that says so.</summary>
    private IEnumerable<Violation> Counts() =>
        from history in histories
        from trial in history.Trials
        let events = history.Of(trial)
        let since = events.Skip(events.ToList().FindLastIndex(fact => fact.Event == "retried") + 1).ToList()
        let failures = since.Count(fact => fact.IsFailure)
        let losses = since.Count(fact => fact.IsLoss)
        let wentOn = orders.Any(order =>
            order is { Deed: UserDeed.Retry or UserDeed.RetryTrial, MayHold: true } && order.Concerns(history.Id, trial.Number))
        // A row that changes while it is read is not older or newer than its history.
        where trial.State != "running"
            && (wentOn ? trial.Failures > failures || trial.Losses > losses : (trial.Failures, trial.Losses) != (failures, losses))
        select new Violation(
            null, $"{history.Name}/{trial.Number} counts {trial.Failures} failures and {trial.Losses} losses; its history has {failures} and {losses}");

    private static IReadOnlyList<EventFact> Of(SweepHistory history, EventFact fact) =>
        [.. history.Events.Where(other => other.Trial == fact.Trial)];

    private static string Name(SweepHistory history, EventFact fact) =>
        string.Create(CultureInfo.InvariantCulture, $"{history.Name}/{fact.Trial % 1_000_000}, attempt {fact.Attempt},");
}
