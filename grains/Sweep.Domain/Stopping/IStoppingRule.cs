namespace Sweep.Domain.Stopping;

/// <summary>
/// Decides at certain epochs whether a trial goes on. Every member is a pure function of numbers and of values that do not change any more,
/// so that a judgement is the same on any cluster, in any order of arrival, and after the loss of every process. Where points are tried
/// several times, a rule that compares trials judges points, by their numbers and by the means of their replicates.
/// </summary>
public interface IStoppingRule
{
    /// <summary>The rule's word in a sweep file.</summary>
    string Name { get; }

    /// <summary>The epochs at whose ends a trial is judged, ascending and below its last one.</summary>
    /// <param name="number">From 1.</param>
    /// <param name="epochs">The epochs that the trial would train; at least 1.</param>
    IReadOnlyList<int> Rungs(int number, int epochs);

    /// <summary>
    /// The trials that a trial is compared with at each of its rungs; itself may be among them. A rule that compares with none needs no
    /// other trial, so that the trainer can judge by itself.
    /// </summary>
    TrialRange ComparedWith(int number);

    /// <summary>The trials that a trial is compared with at the end of one epoch.</summary>
    TrialRange ComparedAt(int number, int epoch) => ComparedWith(number);

    /// <summary>Judges a trial at one of its rungs.</summary>
    /// <param name="scores">
    /// Its scores of the epochs from 1 to the rung, lower winning. A rule that compares trials needs their count and the lowest alone.
    /// </param>
    /// <param name="others">
    /// What is known of the trials in <see cref="ComparedWith"/>, and of any others. Those of them that are not there are waited for.
    /// </param>
    Judgement Judge(int number, IReadOnlyList<double> scores, RungStandings others);
}

/// <summary>Trials from a number to a number, both included; none when the last is below the first.</summary>
public readonly record struct TrialRange(int First, int Last)
{
    public static TrialRange None { get; } = new(1, 0);

    public bool IsEmpty => Last < First;
}

/// <summary>Another trial, at the epoch at which one is judged.</summary>
/// <param name="Best">Its best score up to this epoch, lower winning; null while it has not got there.</param>
/// <param name="IsOver">Whether it will not get any further. One that ended before this epoch is not compared with.</param>
/// <param name="Before">The best score of one that a rule stopped before this epoch, which counts in the mean of its point.</param>
public sealed record RungEntry(int Number, double? Best, bool IsOver, double? Before = null)
{
    /// <summary>
    /// A point as one entry. Once all its replicates are there or over, its score is the mean of those that are there and of those that a
    /// rule had stopped before; those that failed or were cancelled before do not count. Without one that is there, the point is over.
    /// </summary>
    /// <param name="replicates">All of them; null for one of which nothing is known.</param>
    public static RungEntry OfPoint(int point, IReadOnlyList<RungEntry?> replicates)
    {
        var isThere = replicates.All(replicate => replicate is { Best: not null } or { IsOver: true })
            && replicates.Any(replicate => replicate!.Best is not null);
        return new(
            point,
            isThere ? replicates.Select(replicate => replicate!.Best ?? replicate.Before).OfType<double>().Average() : null,
            IsOver: replicates.All(replicate => replicate is { IsOver: true }));
    }
}

/// <summary>What becomes of a trial at a rung.</summary>
public enum RungVerdict { Wait, GoOn, Stop }

/// <param name="Bound">The score that it was held against, lower winning; null when there was none.</param>
/// <param name="Reason">A sentence for the user that names the epoch, the value and what it was held against.</param>
/// <param name="Rule">The word of the rule that decided, where several may judge; null when none did.</param>
public sealed record Judgement(RungVerdict Verdict, double? Bound, string Reason, string? Rule = null);
