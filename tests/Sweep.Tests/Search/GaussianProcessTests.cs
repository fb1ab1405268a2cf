using MathNet.Numerics.LinearAlgebra;
using Sweep.Domain.Search;

namespace Sweep.Tests.Search;

public sealed class GaussianProcessTests
{
    /// <summary>The second axis has two coordinates, and the third one does not matter.</summary>
    private static readonly int[] Owners = [0, 1, 1, 2];

    private static readonly double[][] Points = [.. Enumerable.Range(0, 40).Select(index => new[]
    {
        Place(index, 0), index % 2 == 0 ? Math.Sqrt(0.5) : 0, index % 2 == 0 ? 0 : Math.Sqrt(0.5), Place(index, 1),
    })];

    private static readonly double[] Values = [.. Points.Select(point => Math.Sin(6 * point[0]) + point[1])];

    [Fact]
    public void The_slope_of_the_posterior_is_that_of_its_differences()
    {
        var posterior = new GaussianPosterior(Points, Values, Owners);
        var at = Vector<double>.Build.Dense([-0.3, 0.2, 1, 0.4, -3]);
        var slope = posterior.Loss(at).Slope;
        for (var scale = 0; scale < at.Count; scale++)
        {
            var (low, high) = (at.Clone(), at.Clone());
            (low[scale], high[scale]) = (at[scale] - 1e-5, at[scale] + 1e-5);
            Assert.Equal((posterior.Loss(high).Loss - posterior.Loss(low).Loss) / 2e-5, slope[scale], 1e-4);
        }
    }

    [Fact]
    public void A_fitted_process_knows_its_points_and_is_uncertain_far_from_them()
    {
        var process = new GaussianProcess(Points, Values, GaussianScales.Fit(Points, Values, Owners));
        Assert.All(Points.Zip(Values), pair => Assert.Equal(pair.Second, process.Predict(pair.First).Mean, 0.02));
        double[] between = [0.415, 0, Math.Sqrt(0.5), 0.6];
        Assert.Equal(Math.Sin(6 * 0.415), process.Mean(between), 0.05);
        Assert.True(process.Predict([3, 0, 0.7, 0.5]).Deviation > 5 * process.Predict(between).Deviation);
    }

    [Fact]
    public void An_axis_that_does_not_matter_gets_the_longest_length()
    {
        var lengths = GaussianScales.Fit(Points, Values, Owners).Lengths;
        Assert.True(lengths[3] > 2 * lengths[0], string.Join(' ', lengths));
        Assert.Equal(lengths[1], lengths[2]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(40)]
    public void The_triangle_solves_inverts_and_has_the_determinant_as_another_library_finds_them(int size)
    {
        var scales = new GaussianScales([0.4, 1, 1, 2], Signal: 1.5, Noise: 0.01);
        double[][] scaled = [.. Points.Take(size).Select(scales.Scaled)];
        var lower = scales.Covariance(
            size, (row, column) => scaled[row].Zip(scaled[column], (one, other) => (one - other) * (one - other)).Sum());
        var full = Matrix<double>.Build.Dense(size, size, (row, column) => lower[Math.Max(row, column)][Math.Min(row, column)]);
        var triangle = new CholeskyTriangle(lower);
        double[] values = [.. Values.Take(size)];
        Assert.All(full.Solve(Vector<double>.Build.Dense(values)).Zip(triangle.Solve(values)), pair => Near(pair.First, pair.Second));
        Near(Math.Log(full.Determinant()), triangle.LogDeterminant);
        var (inverse, found) = (full.Inverse(), triangle.Inverse());
        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column <= row; column++)
                Near(inverse[row, column], found[row][column]);
        }

        static void Near(double expected, double found) => Assert.Equal(expected, found, 1e-7 * Math.Max(1, Math.Abs(expected)));
    }

    private static double Place(int index, int dimension) => SobolPoints.Scrambled((uint)index, dimension, 3);
}
