namespace Sweep.Client.Live;

/// <summary>A curve as a line of text, each character one of eight heights.</summary>
internal static class Sparkline
{
    private const string Heights = "▁▂▃▄▅▆▇█";

    /// <summary>The whole curve from its lowest value to its highest; a character is the mean of the values that fall on it, a blank where none is finite.</summary>
    /// <param name="width">Characters at most, at least 1.</param>
    public static string Of(IReadOnlyList<double> values, int width)
    {
        var count = Math.Min(width, values.Count);
        var means = Enumerable.Range(0, count).Select(index => Mean(values, index * values.Count / count, (index + 1) * values.Count / count)).ToList();
        var finite = means.Where(double.IsFinite).DefaultIfEmpty().ToList();
        var (low, high) = (finite.Min(), finite.Max());
        return string.Concat(means.Select(mean => !double.IsFinite(mean) ? ' ' : high > low ? Heights[Height((mean - low) / (high - low))] : Heights[0]));
    }

    private static int Height(double share) => Math.Min((int)(share * Heights.Length), Heights.Length - 1);

    private static double Mean(IReadOnlyList<double> values, int from, int to) =>
        Enumerable.Range(from, to - from).Select(index => values[index]).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
}
