using System.Diagnostics;
using static TorchSharp.torch;

namespace Sweep.Benchmarks.Training;

/// <summary>The speed of libtorch's matrix product on this machine.</summary>
internal static class MatrixProduct
{
    /// <summary>Returns the multiply-accumulates a second on one thread, as the best of twenty products of 1024 × 1024 matrices.</summary>
    public static double Rate()
    {
        const int Side = 1024;
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var (left, right) = (rand(Side, Side), rand(Side, Side));
        return Math.Pow(Side, 3) / Enumerable.Range(0, 20).Min(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            using var product = left.mm(right);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        });
    }
}
