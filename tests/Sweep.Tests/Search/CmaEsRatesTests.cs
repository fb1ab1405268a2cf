using Sweep.Domain.Search;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Search;

public sealed class CmaEsRatesTests
{
    /// <summary>
    /// What pycma, the program of the tutorial's author, prints when it starts: μ_eff, and the first weight cut to a percent.
    /// </summary>
    [Theory]
    [InlineData(2, 6, 3, 2.0, 63)]
    [InlineData(6, 9, 4, 2.8, 49)]
    [InlineData(10, 10, 5, 3.2, 45)]
    public void Weights_are_those_of_the_tutorial(int axes, int generation, int parents, double mass, int percent)
    {
        var rates = new CmaEsRates(axes, generation, generation);
        Assert.Equal(parents, rates.Parents);
        Assert.Equal((mass, percent), (Math.Round(rates.Mass, 1), (int)(100 * rates.Weights[0])));
        Assert.Equal(1, rates.Weights.Take(parents).Sum(), 12);
        Assert.All(rates.Weights.Skip(parents), weight => Assert.True(weight <= 0));
        Assert.Equal(rates.Weights.OrderDescending(), rates.Weights);
        // All weights together keep what the covariance has, as far as it stays positive.
        var worse = -rates.Weights.Skip(parents).Sum();
        Assert.True(worse <= 1 + (rates.RankOne / rates.RankMany));
        Assert.True(1 - rates.RankOne - rates.RankMany - (axes * rates.RankMany * worse) >= -1e-12);
    }

    [Fact]
    public void Trials_without_a_score_have_no_weight_and_the_others_keep_the_signs_of_their_places()
    {
        Assert.Equal([1.0], new CmaEsRates(6, 9, scored: 1).Weights);
        var seven = new CmaEsRates(6, 9, scored: 7);
        Assert.Equal((4, 7), (seven.Parents, seven.Weights.Count));
        Assert.Equal(new CmaEsRates(6, 9, scored: 9).Weights.Take(7), seven.Weights);
    }

    [Fact]
    public void The_worse_half_narrows_the_distribution_along_its_steps()
    {
        const int generation = 6;
        var cube = new UnitCube(Of(Range("learning_rate", 0, 1), Range("dropout", 0, 1)), seed: 1);
        // The parents stay where the mean is, and the others went along the first axis.
        double[][] ranked = [.. Enumerable.Range(0, generation).Select(place => new[] { place < 3 ? 0.5 : 0.5 + (0.1 * place), 0.5 })];
        var distribution = CmaEsDistribution.First(cube.Axes, generation).After(ranked, generation);
        var draws = new RandomStream(1, 1, 1);
        var squares = new double[2];
        for (var draw = 0; draw < 2_000; draw++)
        {
            foreach (var (axis, place) in distribution.Draw(ref draws).Index())
                squares[axis] += (place - 0.5) * (place - 0.5);
        }

        Assert.InRange(squares[0] / squares[1], 0.01, 0.9);
    }
}
