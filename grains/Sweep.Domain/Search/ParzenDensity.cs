using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Sweep.Domain.Search;

/// <summary>
/// A density on the unit cube: a mixture of one kernel around each observation and one wide kernel, the prior. A kernel is a product over
/// the axes, on an ordered one of a normal density cut off at the ends, on one of kinds of a high probability of the same kind. Source:
/// Watanabe, Tree-structured Parzen estimator, arXiv:2304.11127, sections 3.3 and 4; the constants are those of Optuna's multivariate TPE.
/// </summary>
internal sealed class ParzenDensity
{
    /// <summary>The standard deviation of kernels is this · observations^(−1 / (axes + 4)), by Scott's rule.</summary>
    private const double Width = 0.2;

    /// <summary>The observations with full weight; older ones have the less the older they are.</summary>
    private const int Recent = 25;

    private const double PriorWeight = 1;

    private readonly IReadOnlyList<SearchAxis> _axes;
    private readonly double[][] _observations;
    private readonly double _deviation;

    /// <summary>The logarithm of each kernel's weight over the probability that is not cut off; the last one is the prior's.</summary>
    private readonly double[] _heights;

    /// <summary>Sums of the weights up to each kernel.</summary>
    private readonly double[] _weightsUpTo;

    /// <param name="observations">By number of the trial; each has a place for each axis.</param>
    public ParzenDensity(IReadOnlyList<SearchAxis> axes, double[][] observations)
    {
        (_axes, _observations) = (axes, observations);
        var kernels = observations.Length + 1;
        // The lower bound keeps a few observations that lie close together from hiding the rest of the space.
        _deviation = Math.Clamp(
            Width * Math.Pow(Math.Max(observations.Length, 1), -1.0 / (axes.Count + 4)), 1.0 / Math.Min(100, kernels + 1), 1);
        _weightsUpTo = new double[kernels];
        _heights = new double[kernels];
        var total = 0.0;
        for (var kernel = 0; kernel < kernels; kernel++)
        {
            var weight = kernel == observations.Length ? PriorWeight : Weight(kernel, observations.Length);
            _weightsUpTo[kernel] = total += weight;
            _heights[kernel] = Math.Log(weight);
            for (var axis = 0; axis < axes.Count; axis++)
            {
                if (axes[axis].IsOrdered)
                {
                    var (middle, deviation) = Kernel(kernel, axis);
                    _heights[kernel] -= Math.Log(deviation * (Below(1, middle, deviation) - Below(0, middle, deviation)));
                }
            }
        }

        for (var kernel = 0; kernel < kernels; kernel++)
            _heights[kernel] -= Math.Log(total);
    }

    /// <summary>The density at a point, but for a factor that all densities on the same axes have.</summary>
    public double At(ReadOnlySpan<double> point)
    {
        var axes = _axes.Count;
        // On each axis: the factor of the squared distance, or what another kind takes from the logarithm.
        Span<double> scales = stackalloc double[axes];
        Span<bool> ordered = stackalloc bool[axes];
        var prior = _heights[^1];
        var same = 0.0;
        for (var axis = 0; axis < axes; axis++)
        {
            ordered[axis] = _axes[axis].IsOrdered;
            if (ordered[axis])
            {
                scales[axis] = 0.5 / (_deviation * _deviation);
                prior -= 0.5 * (point[axis] - 0.5) * (point[axis] - 0.5);
            }
            else
            {
                var kinds = _axes[axis].Points;
                scales[axis] = Math.Log(_heights.Length + 1);
                same += Math.Log((_heights.Length + 1.0) / (_heights.Length + kinds));
                prior -= Math.Log(kinds);
            }
        }

        var density = Math.Exp(prior);
        for (var kernel = 0; kernel < _observations.Length; kernel++)
        {
            var observation = _observations[kernel];
            var height = _heights[kernel] + same;
            for (var axis = 0; axis < axes; axis++)
            {
                var distance = point[axis] - observation[axis];
                height -= ordered[axis] ? scales[axis] * distance * distance : distance == 0 ? 0 : scales[axis];
            }

            density += Math.Exp(height);
        }

        return density;
    }

    /// <summary>A point drawn from the density.</summary>
    public double[] Draw(ref RandomStream draws)
    {
        var weight = draws.Uniform() * _weightsUpTo[^1];
        var kernel = 0;
        while (kernel < _observations.Length && _weightsUpTo[kernel] <= weight)
            kernel++;
        var point = new double[_axes.Count];
        for (var axis = 0; axis < point.Length; axis++)
            point[axis] = _axes[axis].IsOrdered ? DrawNumber(kernel, axis, draws.Uniform()) : DrawKind(kernel, axis, draws.Uniform());
        return point;
    }

    /// <summary>Inverts the distribution of a normal number that lies within the axis.</summary>
    private double DrawNumber(int kernel, int axis, double uniform)
    {
        var (middle, deviation) = Kernel(kernel, axis);
        var (low, high) = (Below(0, middle, deviation), Below(1, middle, deviation));
        var number = Math.Clamp(low + (uniform * (high - low)), double.Epsilon, Math.BitDecrement(1));
        return Math.Clamp(Normal.InvCDF(middle, deviation, number), 0, Math.BitDecrement(1));
    }

    /// <summary>The kernel's own kind has the weight of an observation more than each of the others.</summary>
    private double DrawKind(int kernel, int axis, double uniform)
    {
        var kinds = _axes[axis].Points;
        var ownShare = kernel == _observations.Length ? 0 : _heights.Length / (double)(_heights.Length + kinds);
        return uniform < ownShare ? _observations[kernel][axis] : Math.Min((uniform - ownShare) / (1 - ownShare), Math.BitDecrement(1));
    }

    private (double Middle, double Deviation) Kernel(int kernel, int axis) =>
        kernel == _observations.Length ? (0.5, 1) : (_observations[kernel][axis], _deviation);

    private static double Below(double place, double middle, double deviation) =>
        0.5 * SpecialFunctions.Erfc((middle - place) / (deviation * Constants.Sqrt2));

    private static double Weight(int observation, int observations) =>
        observations - observation <= Recent ? 1
        : 1.0 / observations + ((1 - (1.0 / observations)) * observation / (observations - Recent));
}
