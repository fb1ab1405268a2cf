using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace Sweep.Domain.Search;

/// <summary>
/// What a <see cref="GaussianProcess"/> assumes before it sees values. Source of the fit: Rasmussen and Williams, Gaussian processes for
/// machine learning, 2006, section 5.4.
/// </summary>
/// <param name="Lengths">By coordinate, the distance over which values are alike.</param>
/// <param name="Signal">Variance of the values.</param>
/// <param name="Noise">Variance of what differs between two trials at one point.</param>
internal sealed record GaussianScales(double[] Lengths, double Signal, double Noise)
{
    public double[] Scaled(double[] point) => [.. point.Zip(Lengths, (place, length) => place / length)];

    /// <summary>The covariance of the values at two points, by the square of their scaled distance.</summary>
    public double Covariance(double square)
    {
        var distance = Math.Sqrt(5 * square);
        return Signal * Math.Exp(-distance) * (1 + distance + (5.0 / 3 * square));
    }

    /// <summary>The lower triangle of the covariance of the values of trials at some points.</summary>
    /// <param name="square">The square of the scaled distance of two of them by their index, the first the higher one.</param>
    public double[][] Covariance(int points, Func<int, int, double> square)
    {
        var rows = new double[points][];
        for (var row = 0; row < points; row++)
        {
            rows[row] = new double[row + 1];
            for (var column = 0; column < row; column++)
                rows[row][column] = Covariance(square(row, column));
            // The small addition keeps the matrix positive where points are almost equal.
            rows[row][row] = (Signal * (1 + 1e-7)) + Noise;
        }

        return rows;
    }

    /// <summary>
    /// The scales that are most probable after the values were seen. Before, the length of an axis is about the axis itself, within a
    /// factor of seven in 95 of 100 cases: longer ones would have a few trials decide that an axis does not matter.
    /// </summary>
    /// <param name="owners">By coordinate of the points, the axis whose length it has.</param>
    public static GaussianScales Fit(IReadOnlyList<double[]> points, IReadOnlyList<double> values, int[] owners)
    {
        var fit = new GaussianPosterior(points, values, owners);
        var objective = ObjectiveFunction.Gradient(fit.Loss);
        var (axes, builder) = (fit.Axes, Vector<double>.Build);
        var (lower, start, upper) =
            (builder.Dense(axes + 2, Math.Log(0.02)), builder.Dense(axes + 2, Math.Log(0.5)), builder.Dense(axes + 2, Math.Log(1000)));
        (lower[axes], start[axes], upper[axes]) = (-5, 0, 5);
        (lower[axes + 1], start[axes + 1], upper[axes + 1]) = (Math.Log(1e-6), -6, 0);
        try
        {
            new BfgsBMinimizer(1e-2, 1e-3, 1e-4, maximumIterations: 20).FindMinimum(objective, lower, upper, start);
        }
        catch (OptimizationException)
        {
            // The iterations are limited, and the best scales that were seen are good enough.
        }

        return fit.Of(fit.Best ?? start);
    }
}
