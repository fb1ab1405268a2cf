using Sweep.Domain.Search;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Search;

public sealed class SobolTests
{
    [Fact]
    public void The_first_points_are_the_published_ones()
    {
        // Source: S. Joe and F. Y. Kuo, web.maths.unsw.edu.au/~fkuo/sobol: the first ten points in three dimensions.
        double[][] published =
        [
            [0, 0, 0], [0.5, 0.5, 0.5], [0.75, 0.25, 0.25], [0.25, 0.75, 0.75], [0.375, 0.375, 0.625], [0.875, 0.875, 0.125],
            [0.625, 0.125, 0.875], [0.125, 0.625, 0.375], [0.1875, 0.3125, 0.9375], [0.6875, 0.8125, 0.4375],
        ];
        Assert.Equal(published, Enumerable.Range(0, 10).Select(index =>
            Enumerable.Range(0, 3).Select(dimension => Unit(SobolPoints.Coordinate((uint)index, dimension))).ToArray()));
    }

    [Fact]
    public void Each_of_1024_equal_parts_of_each_side_has_one_of_1024_points_scrambled_or_not()
    {
        var parts = Enumerable.Range(0, 1024).ToList();
        for (var dimension = 0; dimension < SobolPoints.Dimensions; dimension++)
        {
            Assert.Equal(parts, parts.Select(index => (int)(SobolPoints.Coordinate((uint)index, dimension) >> 22)).Order());
            Assert.Equal(parts, parts.Select(index => (int)(SobolPoints.Scrambled((uint)index, dimension, 7) * 1024)).Order());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_elementary_rectangle_of_the_first_two_sides_has_one_of_256_points(bool scrambled)
    {
        for (var bits = 0; bits <= 8; bits++)
        {
            var rectangles = Enumerable.Range(0, 256)
                .Select(index => ((int)(Place(index, 0) * (1 << bits)), (int)(Place(index, 1) * (1 << (8 - bits)))));
            Assert.Equal(256, rectangles.Distinct().Count());
        }

        double Place(int index, int dimension) =>
            scrambled ? SobolPoints.Scrambled((uint)index, dimension, -3) : Unit(SobolPoints.Coordinate((uint)index, dimension));
    }

    [Fact]
    public void A_scrambled_point_is_uniform_over_seeds_and_independent_of_its_neighbour()
    {
        var pairs = Enumerable.Range(0, 8000)
            .Select(seed => (SobolPoints.Scrambled(0, 4, seed), SobolPoints.Scrambled(0, 5, seed)))
            .ToList();
        // The limit is five standard deviations of a binomial count.
        Assert.All(pairs.CountBy(pair => ((int)(pair.Item1 * 4), (int)(pair.Item2 * 4))), pair => Assert.InRange(pair.Value, 390, 610));
        Assert.All(pairs, pair => Assert.True(pair is { Item1: >= 0 and < 1, Item2: >= 0 and < 1 }));
    }

    [Fact]
    public void A_larger_budget_begins_with_the_trials_of_a_smaller_one_and_another_seed_gives_others()
    {
        var space = Of(Range("learning_rate", 0.1, 0.2), Choice("layers", Whole(1), Whole(2)));
        Assert.Equal(Trials(3, 20), Trials(3, 50).Take(20));
        Assert.NotEqual(Trials(3, 20), Trials(4, 20));

        IEnumerable<string> Trials(long seed, int count) => new SobolSearch(space, seed, count).Trials().Select(trial => trial.ToJson());
    }

    [Fact]
    public void Constants_take_no_dimension()
    {
        var rates = Rates(Of(Range("learning_rate", 0.1, 0.2)));
        Assert.Equal(rates, Rates(Of(Choice("layers", Whole(3)), Range("learning_rate", 0.1, 0.2))));

        static IEnumerable<double> Rates(SearchSpace space) =>
            new SobolSearch(space, 1, 9).TypedTrials().Select(trial => trial.LearningRate);
    }

    [Fact]
    public void Values_of_a_list_are_tried_equally_often()
    {
        var space = Of(Choice("cell", Word("rnn"), Word("lstm")), Choice("layers", Whole(1), Whole(2), Whole(3), Whole(4)));
        var counts = new SobolSearch(space, 9, 64).TypedTrials().CountBy(trial => (trial.Cell, trial.Layers)).ToList();
        Assert.Equal(8, counts.Count);
        Assert.All(counts, pair => Assert.Equal(8, pair.Value));
    }

    private static double Unit(uint coordinate) => coordinate / 4294967296.0;
}
