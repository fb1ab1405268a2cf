using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace Sweep.Domain.Search;

/// <summary>
/// A Gaussian process with a Matérn 5/2 covariance and a length of its own for each axis, so that axes that do not matter get long ones.
/// Source: Rasmussen and Williams, Gaussian processes for machine learning, 2006, algorithm 2.1 and section 5.4.
/// </summary>
internal sealed class GaussianProcess
{
    private static readonly double Root5 = Math.Sqrt(5);

    private readonly IReadOnlyList<double[]> _points;
    private readonly GaussianScales _scales;

    /// <summary>The rows of the lower triangle whose square is the covariance of the points.</summary>
    private readonly double[][] _triangle;

    private readonly double[] _weights;

    /// <param name="points">Where values are known, each <see cref="ModelSpace"/>.</param>
    /// <param name="values">Standardized.</param>
    public GaussianProcess(IReadOnlyList<double[]> points, IReadOnlyList<double> values, GaussianScales scales)
    {
        (_points, _scales) = (points, scales);
        var cholesky = Covariance(points, scales).Cholesky();
        _triangle = cholesky.Factor.ToRowArrays();
        _weights = [.. cholesky.Solve(Vector<double>.Build.DenseOfEnumerable(values))];
    }

    /// <summary>The mean of the value at a point.</summary>
    public double Mean(double[] point) => Predict(point, withDeviation: false).Mean;

    /// <summary>The mean of the value at a point, and its standard deviation.</summary>
    public (double Mean, double Deviation) Predict(double[] point, bool withDeviation = true)
    {
        var solved = new double[_points.Count];
        var mean = 0.0;
        for (var row = 0; row < solved.Length; row++)
        {
            solved[row] = Covariance(Square(point, _points[row], _scales), _scales);
            mean += solved[row] * _weights[row];
        }

        if (!withDeviation)
            return (mean, double.NaN);
        var variance = _scales.Signal;
        for (var row = 0; row < solved.Length; row++)
        {
            var (left, factors) = (solved[row], _triangle[row]);
            for (var column = 0; column < row; column++)
                left -= factors[column] * solved[column];
            solved[row] = left / factors[row];
            variance -= solved[row] * solved[row];
        }

        return (mean, Math.Sqrt(Math.Max(variance, 1e-12)));
    }

    /// <summary>
    /// The scales that are most probable after the values were seen. Before, the length of an axis is about the axis itself, within a
    /// factor of seven in 95 of 100 cases: longer ones would have a few trials decide that an axis does not matter.
    /// </summary>
    /// <param name="owners">By coordinate of the points, the axis whose length it has.</param>
    public static GaussianScales Fit(IReadOnlyList<double[]> points, IReadOnlyList<double> values, int[] owners)
    {
        var axes = owners.Max() + 1;
        var builder = Vector<double>.Build;
        var (middle, deviation) = (builder.Dense(axes + 2), builder.Dense(axes + 2, 1));
        // Trials at one point differ little beside what differs between points.
        (middle[axes + 1], deviation[axes + 1]) = (-8, 2);
        var seen = builder.DenseOfEnumerable(values);
        var start = builder.Dense(axes + 2, Math.Log(0.5));
        (start[axes], start[axes + 1]) = (0, -6);
        var (best, lowest) = (start, double.PositiveInfinity);
        var objective = ObjectiveFunction.Gradient(scales =>
        {
            var (loss, slope) = Loss(points, seen, owners, scales, middle, deviation);
            if (loss < lowest)
                (best, lowest) = (scales.Clone(), loss);
            return (loss, slope);
        });
        try
        {
            var lower = builder.Dense(axes + 2, Math.Log(0.02));
            var upper = builder.Dense(axes + 2, Math.Log(1000));
            (lower[axes], upper[axes]) = (-5, 5);
            (lower[axes + 1], upper[axes + 1]) = (Math.Log(1e-6), 0);
            new BfgsBMinimizer(1e-3, 1e-4, 1e-5, maximumIterations: 30).FindMinimum(objective, lower, upper, start);
        }
        catch (OptimizationException)
        {
            // The iterations are limited, and the best scales that were seen are good enough.
        }

        return GaussianScales.Of(best, owners);
    }

    /// <summary>Minus the logarithm of the posterior of the scales, and its gradient.</summary>
    private static (double Loss, Vector<double> Slope) Loss(
        IReadOnlyList<double[]> points, Vector<double> values, int[] owners, Vector<double> logarithms, Vector<double> middle,
        Vector<double> deviation)
    {
        var (scales, count) = (GaussianScales.Of(logarithms, owners), points.Count);
        var covariance = Covariance(points, scales);
        var cholesky = covariance.Cholesky();
        var weights = cholesky.Solve(values);
        var inverse = cholesky.Solve(Matrix<double>.Build.DenseIdentity(count));
        var away = (logarithms - middle).PointwiseDivide(deviation);
        var slope = away.PointwiseDivide(deviation);
        var axes = logarithms.Count - 2;
        for (var row = 0; row < count; row++)
        {
            for (var column = 0; column <= row; column++)
            {
                var change = (inverse[row, column] - (weights[row] * weights[column])) * (row == column ? 0.5 : 1);
                var square = Square(points[row], points[column], scales);
                var distance = Root5 * Math.Sqrt(square);
                slope[axes] += change * Covariance(square, scales);
                if (row == column)
                    slope[axes + 1] += change * scales.Noise;
                var common = change * scales.Signal * Math.Exp(-distance) * (5.0 / 3) * (1 + distance);
                for (var coordinate = 0; coordinate < owners.Length; coordinate++)
                {
                    var part = (points[row][coordinate] - points[column][coordinate]) / scales.Lengths[coordinate];
                    slope[owners[coordinate]] += common * part * part;
                }
            }
        }

        var loss = (0.5 * values.DotProduct(weights)) + (0.5 * cholesky.DeterminantLn) + (0.5 * away.DotProduct(away));
        return (loss, slope);
    }

    private static Matrix<double> Covariance(IReadOnlyList<double[]> points, GaussianScales scales)
    {
        var covariance = Matrix<double>.Build.Dense(points.Count, points.Count);
        for (var row = 0; row < points.Count; row++)
        {
            for (var column = 0; column < row; column++)
                covariance[row, column] = covariance[column, row] = Covariance(Square(points[row], points[column], scales), scales);
            // The small addition keeps the matrix positive where points are almost equal.
            covariance[row, row] = (scales.Signal * (1 + 1e-7)) + scales.Noise;
        }

        return covariance;
    }

    private static double Square(double[] one, double[] other, GaussianScales scales)
    {
        var sum = 0.0;
        for (var coordinate = 0; coordinate < one.Length; coordinate++)
        {
            var part = (one[coordinate] - other[coordinate]) / scales.Lengths[coordinate];
            sum += part * part;
        }

        return sum;
    }

    private static double Covariance(double square, GaussianScales scales)
    {
        var distance = Root5 * Math.Sqrt(square);
        return scales.Signal * Math.Exp(-distance) * (1 + distance + (5.0 / 3 * square));
    }
}

/// <summary>What a <see cref="GaussianProcess"/> was fitted with.</summary>
/// <param name="Lengths">By coordinate, the distance over which values are alike.</param>
/// <param name="Signal">Variance of the values.</param>
/// <param name="Noise">Variance of what differs between two trials at one point.</param>
internal sealed record GaussianScales(double[] Lengths, double Signal, double Noise)
{
    /// <param name="logarithms">Of the length of each axis, the signal and the noise.</param>
    public static GaussianScales Of(Vector<double> logarithms, int[] owners) => new(
        [.. owners.Select(owner => Math.Exp(logarithms[owner]))],
        Math.Exp(logarithms[logarithms.Count - 2]),
        Math.Exp(logarithms[logarithms.Count - 1]));
}
