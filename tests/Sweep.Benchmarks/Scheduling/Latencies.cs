using System.Collections.Concurrent;

namespace Sweep.Benchmarks.Scheduling;

/// <summary>Durations of one kind of call. They may be added from any thread.</summary>
internal sealed class Latencies(string what)
{
    private readonly ConcurrentBag<double> _milliseconds = [];

    public void Add(TimeSpan duration) => _milliseconds.Add(duration.TotalMilliseconds);

    public void Print()
    {
        var sorted = _milliseconds.Order().ToArray();
        Console.WriteLine(sorted.Length == 0
            ? $"  {what}: none"
            : FormattableString.Invariant(
                $"  {what}: {sorted.Length} calls, p50 {At(sorted, 0.5):0.00} ms, p99 {At(
                    sorted, 0.99):0.00} ms, longest {sorted[^1]:0.0} ms"));
    }

    private static double At(double[] sorted, double share) => sorted[(int)(share * (sorted.Length - 1))];
}
