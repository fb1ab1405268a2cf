using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Sweep.Domain.Search;

/// <summary>
/// The normal distribution of <see cref="CmaEsSearch"/>, and how a generation changes it. The names are those of the tutorial's figure 6:
/// mean m, step size σ, covariance C, evolution paths p_σ and p_c; and of the margin's paper: the scale A of each axis.
/// </summary>
internal sealed class CmaEsDistribution
{
    /// <summary>
    /// The first step size as a share of the axes: each end of an axis is three steps from its middle. The tutorial has the best point
    /// within about three steps.
    /// </summary>
    private const double FirstStep = 1.0 / 6;

    private readonly IReadOnlyList<SearchAxis> _axes;
    private readonly int _generation;
    private readonly int _count;
    private readonly double _step;
    private readonly Vector<double> _mean, _scale, _stepPath, _path;
    private readonly Matrix<double> _covariance, _root, _inverseRoot;

    private CmaEsDistribution(
        IReadOnlyList<SearchAxis> axes, int generation, int count, double step, Vector<double> mean, Vector<double> scale,
        Vector<double> stepPath, Vector<double> path, Matrix<double> covariance)
    {
        (_axes, _generation, _count, _stepPath, _path, _covariance) = (axes, generation, count, stepPath, path, covariance);
        // A step of more than the space or of next to nothing would never find back.
        _step = Math.Clamp(step, 1e-8, 1);
        var parts = covariance.Evd(Symmetricity.Symmetric);
        var roots = parts.EigenValues.Map(value => Math.Sqrt(Math.Max(value.Real, 1e-14)));
        _root = parts.EigenVectors * Matrix<double>.Build.DenseOfDiagonalVector(roots) * parts.EigenVectors.Transpose();
        _inverseRoot = parts.EigenVectors * Matrix<double>.Build.DenseOfDiagonalVector(1 / roots) * parts.EigenVectors.Transpose();
        (_mean, _scale) = (mean.Map(place => Math.Clamp(place, 0, Math.BitDecrement(1))), scale.Clone());
        for (var axis = 0; axis < axes.Count; axis++)
        {
            if (!axes[axis].IsContinuous)
                KeepMargin(axis);
        }
    }

    /// <summary>The middle of the space, before any trial.</summary>
    /// <param name="generation">Trials of a generation.</param>
    public static CmaEsDistribution First(IReadOnlyList<SearchAxis> axes, int generation)
    {
        var (vectors, zero) = (Vector<double>.Build, Vector<double>.Build.Dense(axes.Count));
        return new(
            axes, generation, 0, FirstStep, vectors.Dense(axes.Count, 0.5), vectors.Dense(axes.Count, 1), zero, zero,
            Matrix<double>.Build.DenseIdentity(axes.Count));
    }

    public double[] Draw(ref RandomStream draws)
    {
        var normal = Vector<double>.Build.Dense(_axes.Count);
        for (var axis = 0; axis < normal.Count; axis++)
            normal[axis] = draws.Normal();
        return [.. _mean + (_step * _scale.PointwiseMultiply(_root * normal))];
    }

    /// <summary>
    /// The distribution after one more generation. Sources: tutorial, figure 6; injection, figure 1 (the limits of lengths).
    /// </summary>
    /// <param name="ranked">The generation's points, the best first.</param>
    /// <param name="scored">How many of them have a score; the others are behind them and teach nothing.</param>
    public CmaEsDistribution After(IReadOnlyList<double[]> ranked, int scored)
    {
        if (scored == 0)
            return this;
        double n = _axes.Count;
        var rates = new CmaEsRates(_axes.Count, _generation, scored);
        var length = Math.Sqrt(n) * (1 - (1 / (4 * n)) + (1 / (21 * n * n)));

        var steps = ranked.Take(scored)
            .Select(point => (Vector<double>.Build.Dense(point) - _mean).PointwiseDivide(_step * _scale))
            .Select((step, place) => place < rates.Parents ? Short(step, Math.Sqrt(n), 1) : step)
            .ToList();
        var mean = steps.Take(rates.Parents).Zip(rates.Weights)
            .Aggregate(Vector<double>.Build.Dense(_axes.Count), (sum, step) => sum + (step.Second * step.First));
        mean = Short(mean, Math.Sqrt(2 * n), Math.Sqrt(rates.Mass));
        var stepPath = ((1 - rates.StepRate) * _stepPath)
            + (Math.Sqrt(rates.StepRate * (2 - rates.StepRate) * rates.Mass) * (_inverseRoot * mean));
        var settled = stepPath.L2Norm() / Math.Sqrt(1 - Math.Pow(1 - rates.StepRate, 2 * (_count + 1)))
            < (1.4 + (2 / (n + 1))) * length;
        var path = ((1 - rates.PathRate) * _path)
            + ((settled ? Math.Sqrt(rates.PathRate * (2 - rates.PathRate) * rates.Mass) : 0) * mean);
        var kept = 1 - rates.RankOne - (rates.RankMany * rates.Weights.Sum())
            + (settled ? 0 : rates.RankOne * rates.PathRate * (2 - rates.PathRate));
        var covariance = (kept * _covariance) + (rates.RankOne * path.OuterProduct(path));
        foreach (var (step, weight) in steps.Zip(rates.Weights))
            covariance += rates.RankMany * (weight < 0 ? weight * Away(step) : weight) * step.OuterProduct(step);
        var change = Math.Min(1, rates.StepRate / rates.Damping * ((stepPath.L2Norm() / length) - 1));
        return new(
            _axes, _generation, _count + 1, _step * Math.Exp(change), _mean + (_step * _scale.PointwiseMultiply(mean)), _scale, stepPath,
            path, covariance);
    }

    /// <summary>
    /// Makes all steps equally long whose weight is below zero, since a long one would take more from the covariance than is there.
    /// </summary>
    private double Away(Vector<double> step) => _axes.Count / Math.Max(1e-8, (_inverseRoot * step).DotProduct(_inverseRoot * step));

    /// <summary>Shortens a step that is longer than those that the distribution itself draws.</summary>
    /// <param name="length">About the length of a step that it draws.</param>
    /// <param name="divisor">By how much a mean of steps is shorter.</param>
    private Vector<double> Short(Vector<double> step, double length, double divisor)
    {
        double n = _axes.Count;
        var most = (length + (2 * n / (n + 2))) / divisor;
        var own = (_inverseRoot * step).L2Norm();
        return own <= most ? step : step * (most / own);
    }

    /// <summary>
    /// Keeps the probability of each neighbouring value at 1 / (axes · generation) at least, by moving the mean and widening the axis. Else
    /// an axis of whole numbers gets stuck as soon as its deviation is below a half. Source: Hamano et al., section 4.
    /// </summary>
    private void KeepMargin(int axis)
    {
        var margin = 1.0 / (_axes.Count * _generation);
        var (low, high) = _axes[axis].Share(_mean[axis]);
        var deviation = _step * _scale[axis] * Math.Sqrt(_covariance[axis, axis]);
        if (low <= 0 || high >= 1)
        {
            // There is a neighbour on one side only, beyond the nearer of two ends.
            var end = low <= 0 ? high : low;
            var most = Quantile(margin) * deviation;
            _mean[axis] = end + Math.Clamp(_mean[axis] - end, -most, most);
            return;
        }

        var below = Normal.CDF(_mean[axis], deviation, low);
        var above = 1 - Normal.CDF(_mean[axis], deviation, high);
        // The rule below would change nothing then, but for the errors of quantiles near a half, by which wide axes would become narrow.
        if (below >= margin / 2 && above >= margin / 2)
            return;
        var between = 1 - below - above;
        var (atLeastBelow, atLeastAbove) = (Math.Max(margin / 2, below), Math.Max(margin / 2, above));
        // What was added to one side is taken from the others in proportion to what they have above the margin.
        var added = (1 - atLeastBelow - atLeastAbove - between) / (atLeastBelow + atLeastAbove + between - (1.5 * margin));
        var fromLow = Quantile(atLeastBelow + (added * (atLeastBelow - (margin / 2))));
        var fromHigh = Quantile(atLeastAbove + (added * (atLeastAbove - (margin / 2))));
        _mean[axis] = ((low * fromHigh) + (high * fromLow)) / (fromLow + fromHigh);
        _scale[axis] = (high - low) / (_step * Math.Sqrt(_covariance[axis, axis]) * (fromLow + fromHigh));
    }

    /// <summary>How many deviations beyond the mean a normal number is with this probability.</summary>
    private static double Quantile(double probability) => -Normal.InvCDF(0, 1, probability);
}
