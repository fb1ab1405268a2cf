using FsCheck;
using FsCheck.Fluent;
using Sweep.Domain.Search;

namespace Sweep.Tests.Search;

public sealed class HypervolumeTests
{
    private const int Side = 5;

    [Fact]
    public void Areas_and_volumes_are_those_of_hand_worked_examples()
    {
        // Three rectangles from the corner (5, 5) on: 4 by 1, below it 3 by 2, and below that 1 by 1.
        Assert.Equal(4 + 6 + 1, Hypervolume.Of([[1, 4], [2, 2], [4, 1]], [5, 5]));
        // What is beyond the corner, at its border, equal or dominated adds nothing.
        Assert.Equal(6, Hypervolume.Of([[2, 3], [2, 3], [3, 4], [5, 0], [6, -9], [7, 7]], [5, 5]));
        // A cube of side 2 but for the cube of side 1 at its origin.
        Assert.Equal(8 - 1, Hypervolume.Of([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [2, 2, 2]));
        Assert.Equal(0, Hypervolume.Of([], [1, 1]));
    }

    /// <summary>Of points with whole scores the volume is the number of unit cells that one of them dominates.</summary>
    [Fact]
    public void A_volume_is_the_number_of_cells_that_a_point_dominates() => Prop.ForAll(
        (from scores in Gen.Choose(2, 4)
         from count in Gen.Choose(0, 12)
         from values in Gen.Choose(0, Side).ArrayOf(scores * count)
         select (Scores: scores, Points: values.Chunk(scores).ToArray())).ToArbitrary(),
        set =>
        {
            var cells = Enumerable.Range(0, (int)Math.Pow(Side, set.Scores)).Count(cell => set.Points.Any(point =>
                Enumerable.Range(0, set.Scores).All(score => point[score] <= cell / (int)Math.Pow(Side, score) % Side)));
            double[] reference = [.. Enumerable.Repeat((double)Side, set.Scores)];
            var points = set.Points.Select(point => point.Select(Convert.ToDouble).ToArray()).ToList();
            Assert.Equal(cells, Hypervolume.Of(points, reference), 1e-9);
            // It is the sum of what each point adds to those before it.
            var inside = points.Where(point => point.All(score => score < Side)).ToList();
            Assert.Equal(
                cells, inside.Index().Sum(point => Hypervolume.Added(point.Item, inside.Take(point.Index), reference)), 1e-9);
        }).Check(Config.QuickThrowOnFailure);
}
