using MathNet.Numerics.Distributions;

namespace Sweep.Domain.Reports;

/// <summary>Mean and spread of some numbers.</summary>
/// <param name="Count">How many numbers there are.</param>
/// <param name="Deviation">Sample standard deviation (n − 1), in the unit of the numbers; null when there is a single number.</param>
public sealed record Spread(double Mean, double? Deviation, int Count)
{
    /// <summary>The standard error of the mean; null when there is a single number.</summary>
    public double? Error => Deviation / Math.Sqrt(Count);

    /// <summary>Lower end of the 95 % interval of the mean; null when there is a single number.</summary>
    public double? Low => Mean - Margin;

    /// <summary>Upper end of the 95 % interval of the mean; null when there is a single number.</summary>
    public double? High => Mean + Margin;

    /// <summary>Half the width of the 95 % interval of the mean; null when there is a single number.</summary>
    public double? Margin => Error is { } error ? error * StandardErrors(Count) : null;

    /// <summary>
    /// How many standard errors lie between the mean of some numbers and an end of its 95 % interval. Source: Student, The probable error
    /// of a mean, Biometrika 6, 1908.
    /// </summary>
    /// <param name="count">How many numbers there are; at least 2.</param>
    public static double StandardErrors(int count) => StudentT.InvCDF(0, 1, count - 1, 0.975);

    /// <returns>Null when there are no numbers.</returns>
    public static Spread? Of(IReadOnlyList<double> numbers)
    {
        if (numbers.Count == 0)
            return null;
        var mean = numbers.Average();
        var squares = numbers.Sum(number => (number - mean) * (number - mean));
        return new(mean, numbers.Count == 1 ? null : Math.Sqrt(squares / (numbers.Count - 1)), numbers.Count);
    }

    /// <summary>
    /// The probability that two means differ at least as much as these where the true ones are equal. Source: Welch, The generalization of
    /// 'Student's' problem when several different population variances are involved, Biometrika 34, 1947.
    /// </summary>
    /// <returns>Null when the spread of one of them is not known.</returns>
    public double? ChanceOfEqual(Spread other)
    {
        if (Error is not { } here || other.Error is not { } there)
            return null;
        var (a, b) = (here * here, there * there);
        if (a + b == 0)
            return Mean == other.Mean ? 1 : 0;
        var freedom = (a + b) * (a + b) / ((a * a / (Count - 1)) + (b * b / (other.Count - 1)));
        return 2 * StudentT.CDF(0, 1, freedom, -Math.Abs(Mean - other.Mean) / Math.Sqrt(a + b));
    }
}
