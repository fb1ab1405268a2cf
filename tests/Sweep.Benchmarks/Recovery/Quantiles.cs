using System.Globalization;

namespace Sweep.Benchmarks.Recovery;

/// <summary>Repeated measurements of one duration.</summary>
internal sealed class Quantiles(string what, double targetSeconds)
{
    private readonly List<double> _seconds = [];

    /// <summary>The last measurement in seconds.</summary>
    public double Last => _seconds[^1];

    public void Add(TimeSpan duration) => _seconds.Add(duration.TotalSeconds);

    /// <summary>Returns the median, the 95th percentile (nearest rank), and whether the percentile meets the target.</summary>
    public override string ToString()
    {
        var sorted = _seconds.Order().ToArray();
        double At(double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-58} p50 {At(0.5),6:0.00} s   p95 {At(0.95),6:0.00} s   of {sorted.Length,2}; target at most {targetSeconds:0} s: " +
            $"{(At(0.95) <= targetSeconds ? "held" : "missed")}");
    }
}
