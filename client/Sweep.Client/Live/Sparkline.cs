namespace Sweep.Client.Live;

/// <summary>A curve as a line of text, in which each character has one of eight heights.</summary>
internal static class Sparkline
{
    private const string Heights = "▁▂▃▄▅▆▇█";

    /// <summary>
    /// Draws the whole curve between its lowest value and its highest. A character is the mean of the finite values at its place, and a
    /// blank where no value is finite.
    /// </summary>
    /// <param name="width">The greatest number of characters, at least 1.</param>
    public static string Of(IReadOnlyList<double> values, int width)
    {
        var count = Math.Min(width, values.Count);
        var means = Enumerable.Range(0, count)
            .Select(index => Mean(values, index * values.Count / count, (index + 1) * values.Count / count))
            .ToList();
        var finite = means.Where(double.IsFinite).DefaultIfEmpty().ToList();
        var (low, high) = (finite.Min(), finite.Max());
        return string.Concat(means.Select(mean => double.IsFinite(mean) ? Height(mean, low, high) : ' '));
    }

    private static char Height(double value, double low, double high)
    {
        var share = high > low ? (value - low) / (high - low) : 0;
        return Heights[Math.Min((int)(share * Heights.Length), Heights.Length - 1)];
    }

    private static double Mean(IReadOnlyList<double> values, int from, int to) =>
        Enumerable.Range(from, to - from).Select(index => values[index]).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
}
