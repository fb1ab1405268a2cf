using FsCheck;
using FsCheck.Fluent;
using Sweep.Domain.Reports;

namespace Sweep.Tests.Reports;

public sealed class ParetoFrontTests
{
    [Fact]
    public void A_point_that_another_one_beats_is_left_out()
    {
        // The front is b, a, e, from the lowest cost to the lowest score. Point c costs more than a for the same score, and d has a higher
        // score than a at the same cost.
        (string Name, double Cost, double Score)[] points = [("a", 2, 2), ("b", 1, 3), ("c", 3, 2), ("d", 2, 2.5), ("e", 4, 1)];
        Assert.Equal(["b", "a", "e"], Front(points).Select(point => point.Name));
    }

    [Fact]
    public void Equal_points_are_all_kept_and_points_that_are_not_finite_are_left_out()
    {
        (string Name, double Cost, double Score)[] points =
            [("a", 1, 1), ("b", 1, 1), ("c", 0, double.NaN), ("d", 0.5, double.PositiveInfinity)];
        Assert.Equal(["a", "b"], Front(points).Select(point => point.Name));
        Assert.Empty(ParetoFront.Of<(string, double Cost, double Score)>([], point => point.Cost, point => point.Score));
    }

    [Fact]
    public void The_front_of_any_points_is_the_one_of_the_definition()
    {
        var point = from cost in Gen.Choose(0, 5)
                    from score in Gen.Choose(0, 5)
                    select (Name: "", Cost: (double)cost, Score: (double)score);
        Prop.ForAll(point.ListOf().ToArbitrary(), points =>
        {
            var expected = points.Where(mine => !points.Any(other =>
                other.Cost <= mine.Cost && other.Score <= mine.Score && (other.Cost < mine.Cost || other.Score < mine.Score)));
            Assert.Equal(expected.Order(), Front([.. points]).Order());
        }).Check(Config.QuickThrowOnFailure);
    }

    private static IReadOnlyList<(string Name, double Cost, double Score)> Front((string Name, double Cost, double Score)[] points) =>
        ParetoFront.Of(points, point => point.Cost, point => point.Score);
}
