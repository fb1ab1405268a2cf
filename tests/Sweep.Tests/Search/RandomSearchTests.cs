using Sweep.Domain.Search;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Search;

public sealed class RandomSearchTests
{
    private const int Draws = 8000;

    [Fact]
    public void Another_seed_gives_other_trials()
    {
        var space = Of(Range("learning_rate", 0.1, 0.2));
        Assert.NotEqual(Rates(space, 1), Rates(space, 2));
    }

    [Fact]
    public void A_larger_budget_begins_with_the_trials_of_a_smaller_one()
    {
        var space = Of(Range("learning_rate", 0.1, 0.2), Choice("layers", Whole(1), Whole(2)));
        var all = new RandomSearch(space, 3, 50).Trials().Select(trial => trial.ToJson());
        Assert.Equal(all.Take(20), new RandomSearch(space, 3, 20).Trials().Select(trial => trial.ToJson()));
    }

    [Fact]
    public void A_list_is_drawn_uniformly()
    {
        var space = Of(Choice("layers", Whole(1), Whole(2), Whole(3), Whole(4)));
        var counts = new RandomSearch(space, 1, Draws).TypedTrials().CountBy(trial => trial.Layers).ToList();
        Assert.Equal(4, counts.Count);
        // The limit is five standard deviations of a binomial count.
        Assert.All(counts, pair => Assert.InRange(pair.Value, (Draws / 4) - 200, (Draws / 4) + 200));
    }

    [Fact]
    public void A_range_is_drawn_uniformly_and_within_its_ends()
    {
        var rates = Rates(Of(Range("learning_rate", 2, 4)), 1);
        Assert.All(rates, rate => Assert.InRange(rate, 2, 4));
        Assert.All(rates.CountBy(rate => (int)((rate - 2) * 4)), pair => Assert.InRange(pair.Value, (Draws / 8) - 150, (Draws / 8) + 150));
    }

    [Fact]
    public void A_log_range_has_equally_many_draws_in_each_decade()
    {
        var rates = Rates(Of(Range("learning_rate", 1e-4, 1e-1, Scale.Log)), 1);
        Assert.All(rates, rate => Assert.InRange(rate, 1e-4, 1e-1));
        var decades = rates.CountBy(rate => (int)Math.Floor(Math.Log10(rate))).ToList();
        Assert.Equal(3, decades.Count);
        Assert.All(decades, pair => Assert.InRange(pair.Value, (Draws / 3) - 215, (Draws / 3) + 215));
    }

    [Theory]
    [InlineData(Scale.Linear, 200)]
    [InlineData(Scale.Log, null)]
    public void All_whole_numbers_of_a_range_are_drawn_as_often_as_their_shares(Scale scale, int? slack)
    {
        var space = Of(Range("layers", 1, 4, scale));
        var counts = new RandomSearch(space, 1, Draws).TypedTrials().CountBy(trial => trial.Layers).ToDictionary();
        Assert.Equal([1, 2, 3, 4], counts.Keys.Order());
        // On a log scale each number n has the share log((n + ½) / (n − ½)) / log 9.
        Assert.All(counts, pair =>
        {
            var share = scale == Scale.Linear ? 0.25 : Math.Log((pair.Key + 0.5) / (pair.Key - 0.5)) / Math.Log(4.5 / 0.5);
            Assert.InRange(pair.Value, (Draws * share) - (slack ?? 225), (Draws * share) + (slack ?? 225));
        });
    }

    [Fact]
    public void A_range_with_points_is_drawn_from_them()
    {
        var rates = Rates(Of(Range("learning_rate", 0.1, 0.3, step: 0.1)), 1).Distinct().Order();
        Assert.Equal([0.1, 0.2, 0.3], rates);
    }

    [Fact]
    public void Dimensions_are_independent()
    {
        var space = Of(Choice("layers", Whole(1), Whole(2)), Choice("cell", Word("rnn"), Word("gru")));
        var pairs = new RandomSearch(space, 1, Draws).TypedTrials().CountBy(trial => (trial.Layers, trial.Cell)).ToList();
        Assert.Equal(4, pairs.Count);
        Assert.All(pairs, pair => Assert.InRange(pair.Value, (Draws / 4) - 200, (Draws / 4) + 200));
    }

    private static List<double> Rates(SearchSpace space, long seed) =>
        [.. new RandomSearch(space, seed, Draws).TypedTrials().Select(trial => trial.LearningRate)];
}
