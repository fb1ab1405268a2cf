using Sweep.Domain.Trials;

namespace Sweep.Domain.Stopping;

/// <summary>A judgement of one trial at the end of one epoch: a row of <c>judgements</c>.</summary>
/// <param name="Stops">Whether the trial ends there; otherwise it goes on.</param>
/// <param name="Value">The best value of the objective so far; null when no epoch had one that is a number.</param>
/// <param name="Bound">The value that it was held against; null when there was none.</param>
/// <param name="Reason">A sentence for the user that names the epoch, the value and what it was held against.</param>
/// <param name="Rule">The word of the rule that decided; null in rows of earlier versions, and where no rule judges.</param>
public sealed record StoredJudgement(
    TrialId Trial, int Epoch, bool Stops, double? Value, double? Bound, string Reason, string? Rule = null)
{
    /// <summary>The row of a judgement that does not have the trial wait.</summary>
    /// <param name="scores">The trial's scores of the epochs up to the one at whose end it is judged, lower winning.</param>
    public static StoredJudgement Of(TrialId trial, Judgement judgement, IReadOnlyList<double> scores, Goal goal)
    {
        return new(
            trial, scores.Count, judgement.Verdict == RungVerdict.Stop, Value(RungTable.Lowest(scores)), Value(judgement.Bound),
            judgement.Reason, judgement.Rule);

        double? Value(double? score) => score is { } known && double.IsFinite(known) ? goal == Goal.Minimize ? known : -known : null;
    }
}

/// <summary>A trial that waits at the end of an epoch until it can be judged.</summary>
/// <param name="Attempt">Its newest attempt.</param>
public readonly record struct HeldTrial(TrialId Trial, int Attempt, int Epoch);

/// <summary>How a trial that waits to be judged goes on.</summary>
/// <param name="Judgement">It follows this judgement; null when the database refuses the judgement, and the trial waits for a slot.</param>
/// <param name="Detail">What is written into the trial's history: the judgement's reason, or why it is refused.</param>
public readonly record struct HeldRelease(HeldTrial Held, StoredJudgement? Judgement, string Detail);

/// <summary>The table <c>judgements</c>, and what judgements are made from. Every call may be repeated.</summary>
public interface IJudgementStore
{
    /// <summary>Stores a judgement, unless the trial was judged at this epoch before.</summary>
    /// <returns>The judgement that is stored now, which is the first one.</returns>
    Task<StoredJudgement> AddAsync(StoredJudgement judgement, CancellationToken cancellation = default);

    /// <summary>
    /// Stores judgements together, each unless its trial was judged at its epoch before. One that the database refuses is not stored, which
    /// changes nothing for the others.
    /// </summary>
    /// <returns>The judgements that are stored now, which are the first ones.</returns>
    Task<WrittenRows<StoredJudgement>> AddAllAsync(
        IReadOnlyList<StoredJudgement> judgements, CancellationToken cancellation = default);

    /// <summary>The judgements that there are of trials at the ends of epochs, by trial and epoch.</summary>
    Task<IReadOnlyList<StoredJudgement>> FindAsync(
        IReadOnlyList<(TrialId Trial, int Epoch)> wanted, CancellationToken cancellation = default);

    /// <summary>The scores of a trial's epochs up to one, in order, lower winning. There are fewer when not all are stored.</summary>
    Task<IReadOnlyList<double>> ScoresAsync(TrialId trial, int epoch, CancellationToken cancellation = default);

    /// <summary>Trials of a sweep at the end of an epoch. One that a rule ended at an earlier epoch is over there for good.</summary>
    /// <returns>An entry for each of the trials that there are, and whether it will not change any more.</returns>
    Task<IReadOnlyList<(RungEntry Entry, bool IsFinal)>> EntriesAsync(
        int sweep, IReadOnlyList<int> numbers, int epoch, CancellationToken cancellation = default);

    /// <summary>The trials of a sweep that wait to be judged, by number.</summary>
    Task<IReadOnlyList<HeldTrial>> HeldAsync(int sweep, CancellationToken cancellation = default);

    /// <summary>
    /// Has trials wait no longer to be judged: each is stopped, or waits for a slot as any other. A trial that does not wait there any more
    /// is not changed, nor is one whose row the database refuses.
    /// </summary>
    /// <param name="released">At most one for each trial.</param>
    /// <returns>Those that were changed.</returns>
    Task<WrittenRows<TrialId>> ReleaseAsync(IReadOnlyList<HeldRelease> released, CancellationToken cancellation = default);
}
