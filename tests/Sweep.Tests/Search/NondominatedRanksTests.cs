using FsCheck;
using FsCheck.Fluent;
using Sweep.Domain.Search;

namespace Sweep.Tests.Search;

public sealed class NondominatedRanksTests
{
    /// <summary>Up to 40 points with 2 to 4 scores of few values, so that many are equal in one of them.</summary>
    private static readonly Gen<double[][]> Points =
        from scores in Gen.Choose(2, 4)
        from count in Gen.Choose(0, 40)
        from values in Gen.Choose(0, 5).ArrayOf(scores * count)
        select values.Chunk(scores).Select(chunk => chunk.Select(value => (double)value).ToArray()).ToArray();

    [Fact]
    public void Fronts_and_room_are_those_of_a_hand_worked_example()
    {
        double[][] points = [[1, 4], [2, 2], [4, 1], [3, 3], [2, 5], [5, 5]];
        Assert.Equal([[0, 1, 2], [3, 4], [5]], NondominatedRanks.Fronts(points));
        Assert.Equal([1, 1, 1, 2, 2, 3], NondominatedRanks.Of(points));
        // The neighbours of the middle point are as far apart as the front is wide, in both scores.
        Assert.Equal([double.PositiveInfinity, 2, double.PositiveInfinity], NondominatedRanks.Crowding(points[..3]));
        // Between 0 and 10, a neighbour on either side at 0 and 4 is 0.4 of the width; so are those at 1 and 10 in the other score, 0.9.
        Assert.Equal(
            [double.PositiveInfinity, 0.4 + 0.9, 0.9 + 0.4, double.PositiveInfinity],
            NondominatedRanks.Crowding([[0, 10], [1, 4], [4, 1], [10, 0]]).Select(room => Math.Round(room, 12)));
    }

    [Fact]
    public void The_rank_of_a_point_is_one_more_than_the_highest_rank_of_a_point_that_dominates_it() => Prop.ForAll(
        Points.ToArbitrary(),
        points =>
        {
            var ranks = NondominatedRanks.Of(points);
            foreach (var (index, point) in points.Index())
            {
                var above = points.Index().Where(other => IsBeaten(point, other.Item)).Select(other => ranks[other.Index]);
                Assert.Equal(above.DefaultIfEmpty(0).Max() + 1, ranks[index]);
            }
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void The_front_is_what_no_point_dominates_with_equal_points_once() => Prop.ForAll(
        Points.ToArbitrary(),
        points => Assert.Equal(
            points.Where(point => !points.Any(other => IsBeaten(point, other))).Select(Text).Distinct().Order(),
            NondominatedRanks.Front(points).Select(Text).Order())).Check(Config.QuickThrowOnFailure);

    private static string Text(double[] point) => string.Join(' ', point);

    private static bool IsBeaten(double[] point, double[] other)
    {
        var pairs = point.Zip(other).ToList();
        return pairs.All(pair => pair.Second <= pair.First) && pairs.Any(pair => pair.Second < pair.First);
    }
}
