namespace Sweep.Domain.Search;

/// <summary>What a proposal may be made from: a trial with a lower number.</summary>
/// <param name="Score">
/// The objective with lower winning; null when the trial ended without one, or has a higher number than
/// <see cref="ISearchMethod.WaitsFor"/> names.
/// </param>
/// <param name="Rung">
/// With a stopping rule, the rung from 0 whose score it is; null when it is the score of a whole trial, which is known better.
/// </param>
/// <param name="Scores">With several objectives the score of each, lower winning; null with one objective.</param>
/// <param name="IsRunning">Whether it has no score because its outcome is not known yet, and not because it ended without one.</param>
public sealed record KnownTrial(
    int Number, ParameterMap Parameters, double? Score, int? Rung = null, IReadOnlyList<double>? Scores = null, bool IsRunning = false)
{
    /// <summary>Whether it has a score that other trials can be better or worse than.</summary>
    public bool HasScore => Score is { } score && double.IsFinite(score);
}

/// <summary>
/// Chooses what the trials of a sweep try, by their numbers and not by the order in which outcomes arrive. Every member is a pure function:
/// a method keeps no state, so that the same spec gives the same trials on any cluster, and after the loss of every process.
/// </summary>
public interface ISearchMethod
{
    /// <summary>How many trials there are at the most, numbered from 1.</summary>
    int Count { get; }

    /// <summary>Trials up to this number must be over before trial <paramref name="number"/> is proposed; 0 when none must.</summary>
    int WaitsFor(int number);

    /// <summary>
    /// Whether trial <paramref name="number"/> is proposed from outcomes. A method that learns draws its first trials without any.
    /// </summary>
    /// <param name="known">As <see cref="Propose"/> takes it.</param>
    bool HasLearned(int number, IReadOnlyList<KnownTrial> known) => WaitsFor(number) > 0;

    /// <summary>What trial <paramref name="number"/> tries.</summary>
    /// <param name="number">From 1 to <see cref="Count"/>.</param>
    /// <param name="known">
    /// All trials with lower numbers in their order: those up to <see cref="WaitsFor"/> with their outcomes, the others with what they try
    /// alone. A method that waits for none does not look at it.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">No trial has this number.</exception>
    ParameterMap Propose(int number, IReadOnlyList<KnownTrial> known);
}
