using System.Numerics;
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
    private readonly bool[] _ordered;
    private readonly int _observations;
    private readonly double _deviation;

    /// <summary>
    /// By axis the places of the observations, and the logarithm of each kernel's weight over the probability that is not cut off. They are
    /// filled up with kernels of no weight, so that several of them can be computed at one time.
    /// </summary>
    private readonly double[][] _places;
    private readonly double[] _heights;

    private readonly double _priorHeight;

    /// <summary>Sums of the weights up to each kernel; the last one is the prior.</summary>
    private readonly double[] _weightsUpTo;

    /// <param name="observations">By number of the trial; each has a place for each axis.</param>
    public ParzenDensity(IReadOnlyList<SearchAxis> axes, IReadOnlyList<double[]> observations)
    {
        (_axes, _observations) = (axes, observations.Count);
        _ordered = [.. axes.Select(axis => axis.IsOrdered)];
        // The lower bound keeps a few observations that lie close together from hiding the rest of the space.
        _deviation = Math.Clamp(
            Width * Math.Pow(Math.Max(_observations, 1), -1.0 / (axes.Count + 4)), 1.0 / Math.Min(100, _observations + 2), 1);
        var filled = (_observations + Vector<double>.Count - 1) / Vector<double>.Count * Vector<double>.Count;
        _places = [.. axes.Select((_, axis) => observations.Select(observation => observation[axis])
            .Concat(Enumerable.Repeat(0.0, filled - _observations)).ToArray())];

        _weightsUpTo = new double[_observations + 1];
        var total = 0.0;
        for (var kernel = 0; kernel <= _observations; kernel++)
            _weightsUpTo[kernel] = total += kernel == _observations ? PriorWeight : Weight(kernel, _observations);
        _heights = new double[filled];
        Array.Fill(_heights, double.NegativeInfinity);
        for (var kernel = 0; kernel < _observations; kernel++)
            _heights[kernel] = Math.Log(Weight(kernel, _observations) / total);
        _priorHeight = Math.Log(PriorWeight / total);
        foreach (var (axis, places) in _places.Index().Where(axis => _ordered[axis.Index]))
        {
            for (var kernel = 0; kernel < _observations; kernel++)
            {
                var within = NormalTable.Between(-places[kernel] / _deviation, (1 - places[kernel]) / _deviation);
                _heights[kernel] -= Math.Log(_deviation * within);
            }

            _priorHeight -= Math.Log(NormalTable.Between(-0.5, 0.5));
        }
    }

    /// <summary>The density at a point, but for a factor that all densities on the same axes have.</summary>
    public double At(ReadOnlySpan<double> point) => At(point, _priorHeight);

    /// <summary>
    /// What candidates are compared by: the density with a prior that is as high as a kernel of its weight, but for a factor. With the
    /// prior's own height, the ratio of two densities is highest far from every observation, the more so the more axes there are. Optuna
    /// 3.1 compares by the same, since its kernels are not divided by their widths.
    /// </summary>
    public double Evenly(ReadOnlySpan<double> point) =>
        At(point, _priorHeight - (_ordered.Count(isOrdered => isOrdered) * Math.Log(_deviation)));

    private double At(ReadOnlySpan<double> point, double prior)
    {
        var same = 0.0;
        foreach (var (axis, of) in _axes.Index())
        {
            if (of.IsOrdered)
            {
                prior -= 0.5 * (point[axis] - 0.5) * (point[axis] - 0.5);
            }
            else
            {
                same += Math.Log((Kernels + 1.0) / (Kernels + of.Points));
                prior -= Math.Log(of.Points);
            }
        }

        var (narrow, another) = (new Vector<double>(0.5 / (_deviation * _deviation)), new Vector<double>(Math.Log(Kernels + 1)));
        var sum = Vector<double>.Zero;
        for (var kernel = 0; kernel < _heights.Length; kernel += Vector<double>.Count)
        {
            var height = new Vector<double>(_heights, kernel) + new Vector<double>(same);
            for (var axis = 0; axis < _places.Length; axis++)
            {
                var distance = new Vector<double>(_places[axis], kernel) - new Vector<double>(point[axis]);
                height -= _ordered[axis]
                    ? narrow * distance * distance
                    : Vector.ConditionalSelect(Vector.Equals(distance, Vector<double>.Zero), Vector<double>.Zero, another);
            }

            sum += Vector.Exp(height);
        }

        return Math.Exp(prior) + Vector.Sum(sum);
    }

    /// <summary>A point drawn from the density.</summary>
    public double[] Draw(ref RandomStream draws)
    {
        var weight = draws.Uniform() * _weightsUpTo[^1];
        var kernel = 0;
        while (kernel < _observations && _weightsUpTo[kernel] <= weight)
            kernel++;
        var point = new double[_axes.Count];
        for (var axis = 0; axis < point.Length; axis++)
            point[axis] = _axes[axis].IsOrdered ? DrawNumber(kernel, axis, draws.Uniform()) : DrawKind(kernel, axis, draws.Uniform());
        return point;
    }

    /// <summary>The kernels with the prior.</summary>
    private int Kernels => _observations + 1;

    /// <summary>Inverts the distribution of a normal number that lies within the axis.</summary>
    private double DrawNumber(int kernel, int axis, double uniform)
    {
        var (middle, deviation) = kernel == _observations ? (0.5, 1) : (_places[axis][kernel], _deviation);
        var (low, high) = (Normal.CDF(middle, deviation, 0), Normal.CDF(middle, deviation, 1));
        var share = Math.Clamp(low + (uniform * (high - low)), double.Epsilon, Math.BitDecrement(1));
        return Math.Clamp(Normal.InvCDF(middle, deviation, share), 0, Math.BitDecrement(1));
    }

    /// <summary>The kernel's own kind has the weight of an observation more than each of the others.</summary>
    private double DrawKind(int kernel, int axis, double uniform)
    {
        var ownShare = kernel == _observations ? 0 : Kernels / (double)(Kernels + _axes[axis].Points);
        return uniform < ownShare ? _places[axis][kernel] : Math.Min((uniform - ownShare) / (1 - ownShare), Math.BitDecrement(1));
    }

    private static double Weight(int observation, int observations) =>
        observations - observation <= Recent ? 1
        : (1.0 / observations) + ((1 - (1.0 / observations)) * observation / (observations - Recent));
}
