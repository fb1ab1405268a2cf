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
    public static Judgement? Wait(TrialRange range, int number, int epoch, RungStandings others, MetricWords words) =>
        others.Missing(range, number) is { } missing
            ? new(RungVerdict.Wait, null, $"epoch {epoch}: waits until {words.Counted} {missing} is there too")
            : null;

    /// <summary>Lets a trial go on when it is one of the best.</summary>
    /// <param name="best">How many go on; at least 1.</param>
    /// <param name="ranked">The others.</param>
    public static Judgement Best(int best, int number, IReadOnlyList<double> scores, Ranking ranked, MetricWords words)
    {
        var own = Lowest(scores);
        var before = ranked.Before(own, number);
        // This is the last of the others that goes on or, when the trial itself does, the first that does not.
        double? bound = best <= ranked.Count ? ranked[best - 1] : null;
        var found = $"epoch {scores.Count}: {words.Named(own)} is number {before + 1} of {words.Count(ranked.Count + 1)}";
        found += best == 1 ? ", of which the best goes on" : $", of which the best {best} go on";
        return before < best
            ? new(RungVerdict.GoOn, bound, found)
            : new(RungVerdict.Stop, bound, $"{found}; {(best == 1 ? "it" : "the last of those")} has {words.Value(bound!.Value)}");
    }

    /// <summary>The best of some scores; not-a-number never wins.</summary>
    public static double Lowest(IEnumerable<double> scores) => scores.Select(Lowest).DefaultIfEmpty(double.PositiveInfinity).Min();

    public static double Lowest(double score) => double.IsNaN(score) ? double.PositiveInfinity : score;
}
