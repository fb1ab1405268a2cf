using MathNet.Numerics.Distributions;

namespace Sweep.Domain.Search;

/// <summary>
/// The standard normal distribution between points of a table, which is many times faster than computing it and wrong by 5 · 10⁻⁷ at most.
/// </summary>
internal static class NormalTable
{
    private const int End = 8, Steps = 256;

    private static readonly double[] Below =
        [.. Enumerable.Range(0, (2 * End * Steps) + 1).Select(step => Normal.CDF(0, 1, (step / (double)Steps) - End))];

    /// <summary>The probability between two numbers.</summary>
    public static double Between(double low, double high) => At(high) - At(low);

    private static double At(double number)
    {
        var step = (number + End) * Steps;
        if (step <= 0)
            return 0;
        if (step >= Below.Length - 1)
            return 1;
        var before = (int)step;
        return Below[before] + ((step - before) * (Below[before + 1] - Below[before]));
    }
}
