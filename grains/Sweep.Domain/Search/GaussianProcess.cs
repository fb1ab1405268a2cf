namespace Sweep.Domain.Search;

/// <summary>
/// A Gaussian process with a Matérn 5/2 covariance and a length of its own for each axis, so that axes that do not matter get long ones.
/// Source: Rasmussen and Williams, Gaussian processes for machine learning, 2006, algorithm 2.1.
/// </summary>
internal sealed class GaussianProcess
{
    private readonly GaussianScales _scales;
    private readonly double[][] _points;

    /// <summary>Of the covariance of the points.</summary>
    private readonly CholeskyTriangle _triangle;

    private readonly double[] _weights;

    /// <param name="points">Where values are known, each a point of <see cref="ModelSpace"/>.</param>
    /// <param name="values">Standardized.</param>
    public GaussianProcess(IReadOnlyList<double[]> points, IReadOnlyList<double> values, GaussianScales scales)
    {
        _scales = scales;
        _points = [.. points.Select(scales.Scaled)];
        _triangle = new(scales.Covariance(_points.Length, (row, column) => Square(_points[row], _points[column])));
        _weights = _triangle.Solve(values);
    }

    /// <summary>The mean of the value at a point.</summary>
    public double Mean(double[] point) => Predict(point, withDeviation: false).Mean;

    /// <summary>The mean of the value at a point, and its standard deviation.</summary>
    public (double Mean, double Deviation) Predict(double[] point, bool withDeviation = true)
    {
        var scaled = _scales.Scaled(point);
        var solved = new double[_points.Length];
        var mean = 0.0;
        for (var row = 0; row < solved.Length; row++)
        {
            solved[row] = _scales.Covariance(Square(scaled, _points[row]));
            mean += solved[row] * _weights[row];
        }

        if (!withDeviation)
            return (mean, double.NaN);
        var variance = _scales.Signal;
        _triangle.SolveLower(solved);
        foreach (var part in solved)
            variance -= part * part;
        return (mean, Math.Sqrt(Math.Max(variance, 1e-12)));
    }

    private static double Square(double[] one, double[] other)
    {
        var sum = 0.0;
        for (var coordinate = 0; coordinate < one.Length; coordinate++)
            sum += (one[coordinate] - other[coordinate]) * (one[coordinate] - other[coordinate]);
        return sum;
    }
}
