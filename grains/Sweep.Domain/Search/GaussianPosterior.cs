using MathNet.Numerics.LinearAlgebra;

namespace Sweep.Domain.Search;

/// <summary>
/// How improbable <see cref="GaussianScales"/> are, by the logarithms of the lengths of the axes, the signal and the noise.
/// </summary>
internal sealed class GaussianPosterior
{
    private readonly int[] _owners;
    private readonly IReadOnlyList<double> _values;
    private readonly Vector<double> _middle, _deviation;

    /// <summary>By pair of points, the square of their distance on each axis.</summary>
    private readonly double[][][] _squares;

    private double _lowest = double.PositiveInfinity;

    public GaussianPosterior(IReadOnlyList<double[]> points, IReadOnlyList<double> values, int[] owners)
    {
        (_owners, Axes) = (owners, owners.Max() + 1);
        _values = values;
        (_middle, _deviation) = (Vector<double>.Build.Dense(Axes + 2), Vector<double>.Build.Dense(Axes + 2, 1));
        // Trials at one point differ little beside what differs between points.
        (_middle[Axes + 1], _deviation[Axes + 1]) = (-8, 2);
        _squares = [.. points.Select((one, index) => points.Take(index).Select(other => Squares(one, other)).ToArray())];
    }

    public int Axes { get; }

    /// <summary>The best scales of those that were asked for.</summary>
    public Vector<double>? Best { get; private set; }

    public GaussianScales Of(Vector<double> logarithms) => new(
        [.. _owners.Select(owner => Math.Exp(logarithms[owner]))], Math.Exp(logarithms[Axes]), Math.Exp(logarithms[Axes + 1]));

    /// <summary>Minus the logarithm of the probability, but for a constant, and its gradient.</summary>
    public (double Loss, Vector<double> Slope) Loss(Vector<double> logarithms)
    {
        var scales = Of(logarithms);
        double[] narrow = [.. logarithms.Take(Axes).Select(logarithm => Math.Exp(-2 * logarithm))];
        var triangle = new CholeskyTriangle(scales.Covariance(_squares.Length, (row, column) => Sum(_squares[row][column], narrow)));
        var weights = triangle.Solve(_values);
        var inverse = triangle.Inverse();
        var away = (logarithms - _middle).PointwiseDivide(_deviation);
        double[] slope = [.. away.PointwiseDivide(_deviation)];
        for (var row = 0; row < weights.Length; row++)
        {
            var own = 0.5 * (inverse[row][row] - (weights[row] * weights[row]));
            slope[Axes] += own * scales.Signal;
            slope[Axes + 1] += own * scales.Noise;
            for (var column = 0; column < row; column++)
            {
                var squares = _squares[row][column];
                var square = Sum(squares, narrow);
                var distance = Math.Sqrt(5 * square);
                var decay = (inverse[row][column] - (weights[row] * weights[column])) * scales.Signal * Math.Exp(-distance);
                slope[Axes] += decay * (1 + distance + (5.0 / 3 * square));
                var each = decay * (5.0 / 3) * (1 + distance);
                for (var axis = 0; axis < Axes; axis++)
                    slope[axis] += each * squares[axis] * narrow[axis];
            }
        }

        var fit = _values.Zip(weights, (value, weight) => value * weight).Sum();
        var loss = 0.5 * (fit + triangle.LogDeterminant + away.DotProduct(away));
        if (loss < _lowest)
            (Best, _lowest) = (logarithms.Clone(), loss);
        return (loss, Vector<double>.Build.Dense(slope));
    }

    private double[] Squares(double[] one, double[] other)
    {
        var squares = new double[Axes];
        foreach (var (coordinate, owner) in _owners.Index())
            squares[owner] += (one[coordinate] - other[coordinate]) * (one[coordinate] - other[coordinate]);
        return squares;
    }

    private static double Sum(double[] squares, double[] narrow)
    {
        var sum = 0.0;
        for (var axis = 0; axis < squares.Length; axis++)
            sum += squares[axis] * narrow[axis];
        return sum;
    }
}
