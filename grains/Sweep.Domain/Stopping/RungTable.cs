namespace Sweep.Domain.Stopping;

/// <summary>What the rules that rank trials at a rung have in common.</summary>
internal static class RungTable
{
    /// <summary>Epochs that grow by a factor: first, first · factor, first · factor², …, below <paramref name="epochs"/>.</summary>
    public static IReadOnlyList<int> Growing(int first, int factor, int epochs)
    {
        var rungs = new List<int>();
        for (long rung = first; rung < epochs; rung *= factor)
            rungs.Add((int)rung);
        return rungs;
    }

    /// <summary>Has a trial wait for the first of the others that is neither at the rung nor over; null when there is none.</summary>
    public static Judgement? Wait(TrialRange range, int number, int epoch, IReadOnlyList<RungEntry> others)
    {
        var settled = others.Where(entry => entry.Best is not null || entry.IsOver).Select(entry => entry.Number).ToHashSet();
        for (var other = range.First; other <= range.Last; other++)
        {
            if (other != number && !settled.Contains(other))
                return new(Verdict.Wait, null, $"epoch {epoch}: waits until trial {other} is there too");
        }

        return null;
    }

    /// <summary>The others that got to the rung, the best first; of equal ones the lower number is first.</summary>
    public static IReadOnlyList<RungEntry> Ranked(TrialRange range, int number, IReadOnlyList<RungEntry> others) =>
    [
        .. others
            .Where(entry => entry.Best is not null && entry.Number != number)
            .Where(entry => entry.Number >= range.First && entry.Number <= range.Last)
            .OrderBy(Score)
            .ThenBy(entry => entry.Number),
    ];

    /// <summary>Lets a trial go on when it is one of the best.</summary>
    /// <param name="best">How many go on; at least 1.</param>
    /// <param name="ranked">The others as <see cref="Ranked"/> gives them.</param>
    public static Judgement Best(int best, int number, IReadOnlyList<double> scores, IReadOnlyList<RungEntry> ranked, MetricWords words)
    {
        var own = Lowest(scores);
        var before = ranked.Count(entry => Score(entry) < own || (Score(entry) == own && entry.Number < number));
        // This is the last of the others that goes on or, when the trial itself does, the first that does not.
        double? bound = best <= ranked.Count ? Score(ranked[best - 1]) : null;
        var found = $"epoch {scores.Count}: {words.Named(own)} is number {before + 1} of {MetricWords.Trials(ranked.Count + 1)}";
        found += best == 1 ? ", of which the best goes on" : $", of which the best {best} go on";
        return before < best
            ? new(Verdict.GoOn, bound, found)
            : new(Verdict.Stop, bound, $"{found}; {(best == 1 ? "it" : "the last of those")} has {words.Value(bound!.Value)}");
    }

    /// <summary>The best of some scores; not-a-number never wins.</summary>
    public static double Lowest(IEnumerable<double> scores) =>
        scores.Select(score => double.IsNaN(score) ? double.PositiveInfinity : score).DefaultIfEmpty(double.PositiveInfinity).Min();

    private static double Score(RungEntry entry) => double.IsNaN(entry.Best!.Value) ? double.PositiveInfinity : entry.Best.Value;
}
