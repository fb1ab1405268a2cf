namespace Sweep.Trainer.Results;

/// <summary>
/// The median of repeated measurements of a time, with an interval that holds the true median in 95 of 100 cases, whatever the distribution
/// is. The ends of the interval are two of the measurements: how many lie below the true median has the distribution of fair coins.
/// Source: Conover, Practical Nonparametric Statistics, 3rd edition 1999, section 3.2, confidence interval for a quantile.
/// </summary>
/// <param name="Low">The lower end of the interval; null for fewer than six measurements, which cannot give 95 %.</param>
/// <param name="High">The upper end of the interval.</param>
/// <param name="Count">The number of measurements.</param>
internal sealed record MedianTime(TimeSpan Median, TimeSpan? Low, TimeSpan? High, int Count)
{
    /// <summary>The interval is narrow enough at this share of the median.</summary>
    private const double Narrow = 0.05;

    /// <summary>The probability that the true median lies beyond one end of the interval, at most.</summary>
    private const double Beyond = 0.025;

    /// <summary>The number of measurements after which the interval is looked at first. Few looks keep the interval honest.</summary>
    private const int FirstLook = 10;

    private bool IsNarrow => High - Low <= Narrow * Median;

    /// <summary>Repeats a measurement until the interval is narrower than 5 % of the median, or the time for it is spent.</summary>
    /// <param name="fewest">Measurements that are made in any case, at least 1.</param>
    /// <param name="isSpent">Whether no more measurements are wanted.</param>
    public static MedianTime Measure(Func<TimeSpan> once, int fewest, Func<bool> isSpent)
    {
        var times = new List<TimeSpan>();
        for (var look = FirstLook; ;)
        {
            times.Add(once());
            if (times.Count >= fewest && isSpent())
                return Of(times);
            if (times.Count < look)
                continue;
            if (Of(times) is { IsNarrow: true } enough)
                return enough;
            look += look / 4;
        }
    }

    /// <param name="times">At least one measurement.</param>
    public static MedianTime Of(IReadOnlyCollection<TimeSpan> times)
    {
        TimeSpan[] sorted = [.. times.Order()];
        var (count, rank) = (sorted.Length, LowerRank(sorted.Length));
        var median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
        return rank == 0 ? new(median, null, null, count) : new(median, sorted[rank - 1], sorted[count - rank], count);
    }

    /// <summary>
    /// The largest rank r, from 1, such that of <paramref name="count"/> fair coins fewer than r show heads with a probability of at most
    /// 2.5 %; 0 where there is none.
    /// </summary>
    internal static int LowerRank(int count)
    {
        // Logarithms, since 2 to the power of minus the count is too small for a double.
        var logarithm = -count * Math.Log(2);
        var (sum, rank) = (0.0, 0);
        while (true)
        {
            sum += Math.Exp(logarithm);
            if (sum > Beyond)
                return rank;
            logarithm += Math.Log((count - rank) / (rank + 1.0));
            rank++;
        }
    }
}
