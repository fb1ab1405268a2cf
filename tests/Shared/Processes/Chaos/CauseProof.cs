using System.Globalization;

namespace Sweep.Processes.Chaos;

/// <summary>
/// Checks that every loss and every failure has a cause: a loss needs a disturbed silo, and a failure needs a disturbed trainer. It also
/// checks that the counts of a trial's failures and losses agree with its history.
/// </summary>
/// <param name="greedy">Ids of the sweeps that need more memory than there is.</param>
public sealed class CauseProof(
    IReadOnlyList<SweepHistory> histories, IReadOnlyList<UserOrder> orders, IReadOnlySet<int> greedy, ChaosJournal journal)
{
    /// <summary>
    /// Longest time from the death of a trainer to its report. The self-test after a death may take a minute, and waits while the database
    /// is away.
    /// </summary>
    private static readonly TimeSpan ReportLimit = TimeSpan.FromSeconds(120);

    /// <summary>
    /// Longest time from a freeze to the loss of a lease that it explains. A lease is lost after 15 s of silence, and its worker is called
    /// first.
    /// </summary>
    private static readonly TimeSpan LossLimit = TimeSpan.FromSeconds(60);

    public IEnumerable<Violation> Violations() => [.. Losses(), .. Failures(), .. Counts()];

    private IEnumerable<Violation> Losses() =>
        from history in histories
        from fact in history.Events
        where fact.IsLoss && !journal.Disturbances.Any(disturbance =>
            disturbance.Act.Victim != ChaosVictim.Trainer && disturbance.Silo == fact.Worker
                && disturbance.Overlaps(fact.At - LossLimit, fact.At))
        select new Violation(
            fact.At, $"{Name(history, fact)} was {fact.Event} as {fact.Reason}, and nobody had done anything to {fact.Worker}",
            Of(history, fact));

    /// <summary>A killed trainer explains only one failure. A trainer that cannot be started may fail several trials.</summary>
    private IEnumerable<Violation> Failures()
    {
        var spent = new HashSet<Disturbance>();
        var facts = histories.SelectMany(history => history.Events.Select(fact => (history, fact))).OrderBy(item => item.fact.At);
        foreach (var (history, fact) in facts)
        {
            if (fact.Reason is null || fact.IsLoss || (greedy.Contains(history.Id) && fact.Reason == "out_of_memory"))
                continue;
            // Only a hang explains a stall, so it is the last that explains anything else.
            var cause = journal.Disturbances.OrderBy(disturbance => disturbance.Act.Deed == ChaosDeed.Hang).FirstOrDefault(disturbance =>
                disturbance.Act.Victim == ChaosVictim.Trainer && disturbance.Silo == fact.Worker
                    && Explains(disturbance.Act.Deed, fact.Reason)
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
        // A disturbance may hit the trainer that runs a self-test, so any of them explains an unfit worker.
        "worker_unfit" => true,
        "out_of_memory" or "trainer_error" => deed is ChaosDeed.Starve,
        // The killer's victims are runners and their programs alike.
        "program_failed" => deed is ChaosDeed.Kill or ChaosDeed.Starve,
        "stalled" => deed is ChaosDeed.Hang,
        _ => false,
    };

    /// <summary>
    /// A retry resets a trial's counts. When the trial still runs because its cancel has not arrived yet, the retry leaves no row in the
    /// history.
    /// </summary>
    private IEnumerable<Violation> Counts() =>
        from history in histories
        from trial in history.Trials
        let events = history.Of(trial)
        let since = events.Skip(events.ToList().FindLastIndex(fact => fact.Event == "retried") + 1).ToList()
        let failures = since.Count(fact => fact.IsFailure)
        let losses = since.Count(fact => fact.IsLoss)
        let wentOn = orders.Any(order =>
            order is { Deed: UserDeed.Retry or UserDeed.RetryTrial, MayHold: true } && order.Concerns(history.Id, trial.Number))
        // Running trials are left out, since their row may change between its reading and the reading of the history.
        where trial.State != "running"
            && (wentOn ? trial.Failures > failures || trial.Losses > losses : (trial.Failures, trial.Losses) != (failures, losses))
        select new Violation(
            null,
            $"{history.Name}/{trial.Number} counts {trial.Failures} failures and {trial.Losses} losses; " +
            $"its history has {failures} and {losses}");

    private static IReadOnlyList<EventFact> Of(SweepHistory history, EventFact fact) =>
        [.. history.Events.Where(other => other.Trial == fact.Trial)];

    private static string Name(SweepHistory history, EventFact fact) =>
        string.Create(CultureInfo.InvariantCulture, $"{history.Name}/{fact.Trial % 1_000_000}, attempt {fact.Attempt},");
}
