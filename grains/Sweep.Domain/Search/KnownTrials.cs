namespace Sweep.Domain.Search;

/// <summary>A trial with a lower number than the one that is proposed, as its row is now.</summary>
/// <param name="Score">Of a trial that is over, with lower winning; null when it ended without one.</param>
/// <param name="IsStopped">Whether a stopping rule ended it; then the score is the one of the last rung that it reached.</param>
/// <param name="RungScores">The scores at the rungs that it has reached, in their order; null without a stopping rule.</param>
/// <param name="Scores">With several objectives the score of each.</param>
public sealed record TrialOutcome(
    int Number,
    ParameterMap Parameters,
    bool IsOver,
    double? Score,
    bool IsStopped = false,
    IReadOnlyList<double>? RungScores = null,
    IReadOnlyList<double>? Scores = null);

/// <summary>
/// Selects from the rows what a proposal may be made from: the same, whenever it is asked and in whatever order trials ended.
/// </summary>
public static class KnownTrials
{
    /// <param name="trials">All trials with lower numbers, in any order.</param>
    /// <returns>Null while an outcome that the proposal needs is not there.</returns>
    /// <exception cref="ArgumentException">A trial with a lower number is not among them, or one with a higher number is.</exception>
    public static IReadOnlyList<KnownTrial>? For(ISearchMethod method, int number, IEnumerable<TrialOutcome> trials) =>
        For(method, number, trials, earlier => earlier <= method.WaitsFor(number) ? int.MaxValue : -1);

    /// <param name="knownRung">
    /// With a stopping rule, the highest rung up to which an earlier trial is known, by its number: see
    /// <see cref="SearchWindow.KnownRung"/>.
    /// </param>
    /// <inheritdoc cref="For(ISearchMethod, int, IEnumerable{TrialOutcome})"/>
    public static IReadOnlyList<KnownTrial>? For(
        ISearchMethod method, int number, IEnumerable<TrialOutcome> trials, Func<int, int> knownRung)
    {
        TrialOutcome[] inOrder = [.. trials.OrderBy(trial => trial.Number)];
        if (!inOrder.Select(trial => trial.Number).SequenceEqual(Enumerable.Range(1, method.Check(number) - 1)))
            throw new ArgumentException($"Trial {number} is proposed from the trials 1 to {number - 1}, each once.", nameof(trials));
        var known = inOrder.Select(trial => Known(trial, knownRung(trial.Number))).ToList();
        return known.Contains(null) ? null : [.. known.OfType<KnownTrial>()];
    }

    /// <summary>What is there when it is asked, for a search by arrival, which nobody can repeat.</summary>
    /// <param name="trials">All trials with lower numbers, in their order.</param>
    /// <param name="most">How many of them may be unfinished, and the one that is proposed.</param>
    /// <returns>Null while so many are unfinished that no other may be proposed.</returns>
    public static IReadOnlyList<KnownTrial>? ByArrival(IReadOnlyList<TrialOutcome> trials, int most) =>
        trials.Count(trial => !trial.IsOver) >= most
            ? null
            : [.. trials.Select(trial => Known(trial, trial.IsOver ? int.MaxValue : -1)!)];

    private static KnownTrial? Known(TrialOutcome trial, int rung)
    {
        if (rung < 0)
            return new(trial.Number, trial.Parameters, null, IsRunning: true);
        // A rung that was reached counts also when the trial has got further since, or a proposal would depend on when it is made.
        var reached = trial.RungScores?.Count ?? 0;
        if (reached > rung)
            return new(trial.Number, trial.Parameters, trial.RungScores![rung], rung);
        return trial.IsOver
            ? new(trial.Number, trial.Parameters, trial.Score, trial.IsStopped ? reached - 1 : null, trial.Scores)
            : null;
    }
}
