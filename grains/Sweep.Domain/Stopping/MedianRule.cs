namespace Sweep.Domain.Stopping;

/// <summary>
/// Stops a trial whose best value is worse than the median of what the trials with lower numbers had reached at the same epoch. Source:
/// Golovin et al., Google Vizier, KDD 2017, section 3.2.1; there the median is of running averages, here of best values, by which trials
/// are ranked in the end.
/// </summary>
/// <param name="first">The first epoch at which trials are judged; at least 1.</param>
/// <param name="every">Epochs from one judgement to the next; at least 1.</param>
/// <param name="trials">The fewest other trials that make a median; at least 1.</param>
public sealed class MedianRule(int first, int every, int trials, MetricWords words) : IStoppingRule
{
    /// <summary>As in Optuna's and Vizier's defaults.</summary>
    public const int DefaultTrials = 5;

    public string Name => "median";

    public IReadOnlyList<int> Rungs(int number, int epochs) =>
        [.. Enumerable.Range(0, Math.Max(0, (epochs - 1 - first + every) / every)).Select(step => first + (step * every))];

    /// <summary>The first ones have too few before them. They go on at once, and say so to those that wait for them.</summary>
    public TrialRange ComparedWith(int number) => number <= trials ? TrialRange.None : new(1, number - 1);

    public Judgement Judge(int number, IReadOnlyList<double> scores, RungStandings others)
    {
        var range = ComparedWith(number);
        if (RungTable.Wait(range, number, scores.Count, others, words) is { } wait)
            return wait;
        var ranked = others.Ranked(range, number);
        var own = RungTable.Lowest(scores);
        var found = $"epoch {scores.Count}: {words.Named(own)}";
        if (number <= trials)
            return new(RungVerdict.GoOn, null, $"{found} is there; the first {words.Count(trials)} are not judged");
        if (ranked.Count < trials)
        {
            return new(
                RungVerdict.GoOn, null, $"{found} is there; of the {words.Count(trials)} that make a median, {ranked.Count} got here");
        }

        // Of an even number the upper of the two in the middle, so that the bound is a value that was measured.
        var median = ranked[ranked.Count / 2];
        var stops = own > median;
        return new(
            stops ? RungVerdict.Stop : RungVerdict.GoOn,
            median,
            $"{found} is {(stops ? "" : "not ")}{words.Worse} the median {words.Value(median)} of {words.Count(ranked.Count)}");
    }
}
