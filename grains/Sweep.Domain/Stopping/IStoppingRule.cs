namespace Sweep.Domain.Stopping;

/// <summary>
/// Decides at certain epochs whether a trial goes on. Every member is a pure function of numbers and of values that do not change any more,
/// so that a judgement is the same on any cluster, in any order of arrival, and after the loss of every process.
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
    /// <param name="scores">Its scores of the epochs from 1 to the rung, lower winning.</param>
    /// <param name="others">
    /// What is there of the trials in <see cref="ComparedWith"/>, in any order. Those that are not there are waited for.
    /// </param>
    Judgement Judge(int number, IReadOnlyList<double> scores, IReadOnlyList<RungEntry> others);
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
public sealed record RungEntry(int Number, double? Best, bool IsOver);

/// <summary>What becomes of a trial at a rung.</summary>
public enum Verdict { Wait, GoOn, Stop }

/// <param name="Bound">The score that it was held against, lower winning; null when there was none.</param>
/// <param name="Reason">A sentence for the user that names the epoch, the value and what it was held against.</param>
/// <param name="Rule">The word of the rule that decided, where several may judge; null when none did.</param>
public sealed record Judgement(Verdict Verdict, double? Bound, string Reason, string? Rule = null);
