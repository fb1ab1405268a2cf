using Sweep.Domain.Reports;

namespace Sweep.Client.Reports;

/// <summary>The 95 % interval of a mean: mean ± t · deviation / √n, with Student's t of n − 1 degrees of freedom.</summary>
/// <param name="Low">In the unit of the mean.</param>
internal sealed record MeanInterval(double Low, double High)
{
    private const double Share = 0.95;

    /// <returns>Null for a single number, whose spread is not known.</returns>
    public static MeanInterval? Of(Spread spread, int count)
    {
        if (spread.Deviation is not { } deviation || count < 2)
            return null;
        var half = Quantile(count - 1) * deviation / Math.Sqrt(count);
        return new(spread.Mean - half, spread.Mean + half);
    }

    /// <summary>The t within which <see cref="Share"/> of the distribution with these degrees of freedom lies around 0.</summary>
    internal static double Quantile(int freedom)
    {
        // The widest is that of one degree of freedom, 12.7.
        var (low, high) = (0.0, 20.0);
        for (var step = 0; step < 60; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = Within(middle, freedom) < Share ? (middle, high) : (low, middle);
        }

        return high;
    }

    /// <summary>
    /// The probability of a value between −t and t. Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 1964, 26.7.3 and
    /// 26.7.4.
    /// </summary>
    private static double Within(double t, int freedom)
    {
        var angle = Math.Atan(t / Math.Sqrt(freedom));
        var (sine, square) = (Math.Sin(angle), Math.Cos(angle) * Math.Cos(angle));
        var isOdd = freedom % 2 == 1;
        var (term, sum) = (isOdd ? Math.Cos(angle) : 1, 0.0);
        for (var power = isOdd ? 1 : 0; power <= freedom - 2; power += 2)
        {
            sum += term;
            term *= square * (power + 1) / (power + 2);
        }

        return isOdd ? 2 / Math.PI * (angle + (sine * sum)) : sine * sum;
    }
}
