using Sweep.Domain.Search;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Search;

/// <summary>Tests of what single samplers promise beside <see cref="SearchMethodSuite"/>.</summary>
public sealed class OtherSamplerTests
{
    /// <summary>The lowest score is 0, at layers 60 and a hidden size of 200.</summary>
    private static readonly SearchSpace Wholes = Of(
        Range("layers", 1, 128),
        Range("hidden_size", 1, 1000, Scale.Log),
        Choice("batch_size", Whole(16), Whole(32), Whole(64), Whole(128), Whole(256)),
        Choice("cell", Word("rnn"), Word("lstm"), Word("gru")));

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Cma_es_finds_better_trials_than_a_random_search(int window)
    {
        var found = SearchRun.MedianOfBest(seed => new CmaEsSearch(BowlSpace.Space, seed, 120, new(window)), BowlSpace.Score, 15);
        var random = SearchRun.MedianOfBest(seed => new RandomSearch(BowlSpace.Space, seed, 120), BowlSpace.Score, 15);
        Assert.True(found < random / 3, $"{found} against {random}");
    }

    [Fact]
    public void Cma_es_draws_whole_generations_from_one_distribution_and_waits_for_none_inside_its_window()
    {
        var method = new CmaEsSearch(BowlSpace.Space, 1, 100, new(8));
        Assert.Equal(8, method.Generation);
        Assert.Equal([0, 0, 8, 8], new[] { 1, 16, 17, 24 }.Select(method.WaitsFor));
        Assert.All(Enumerable.Range(1, 100), number => Assert.True(method.WaitsFor(number) <= Math.Max(0, number - 8)));
    }

    [Fact]
    public void Cma_es_finds_whole_numbers_and_kinds()
    {
        var found = SearchRun.MedianOfBest(seed => new CmaEsSearch(Wholes, seed, 200, new(1)), Score, 9);
        var random = SearchRun.MedianOfBest(seed => new RandomSearch(Wholes, seed, 200), Score, 9);
        Assert.True(found < random / 2, $"{found} against {random}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void A_gaussian_process_finds_better_trials_than_a_random_search(int window)
    {
        var found = SearchRun.MedianOfBest(seed => new GpSearch(BowlSpace.Space, seed, 30, new(window)), BowlSpace.Score, 5);
        var random = SearchRun.MedianOfBest(seed => new RandomSearch(BowlSpace.Space, seed, 30), BowlSpace.Score, 5);
        Assert.True(found < random / 3, $"{found} against {random}");
    }

    [Fact]
    public void A_gaussian_process_finds_whole_numbers_and_kinds()
    {
        var found = SearchRun.MedianOfBest(seed => new GpSearch(Wholes, seed, 40, new(1)), Score, 5);
        var random = SearchRun.MedianOfBest(seed => new RandomSearch(Wholes, seed, 40), Score, 5);
        Assert.True(found < random / 2, $"{found} against {random}");
    }

    [Fact]
    public void The_logarithm_of_the_improvement_is_right_near_0_and_joins_its_series_far_below()
    {
        // φ(0) is 1 / √(2π), and φ(1) + Φ(1) is 1.08332 in tables of the normal distribution.
        Assert.Equal(Math.Log(0.3989422804), GpSearch.LogOfImprovement(0), 9);
        Assert.Equal(Math.Log(1.0833154706), GpSearch.LogOfImprovement(1), 8);
        Assert.Equal(GpSearch.LogOfImprovement(-5.9999), GpSearch.LogOfImprovement(-6.0001), 2);
        Assert.True(GpSearch.LogOfImprovement(-1000) is < -499_000 and > -501_000);
    }

    [Fact]
    public void Nsga_finds_a_wider_front_than_a_random_search()
    {
        // ZDT1 with 4 dimensions. Source: Zitzler, Deb and Thiele, Evol. Comput. 8(2), 2000.
        var space = BowlSpace.Space;
        var found = Enumerable.Range(1, 7).Select(seed => Hypervolume(new NsgaSearch(space, seed, 200, new()))).Order().ElementAt(3);
        var random = Enumerable.Range(1, 7).Select(seed => Hypervolume(new RandomSearch(space, seed, 200))).Order().ElementAt(3);
        Assert.True(found > random + 0.5, $"{found} against {random}");
    }

    [Fact]
    public void Nsga_has_whole_trials_as_parents_before_those_of_a_rung()
    {
        var method = new NsgaSearch(Of(Range("dropout", 0, 0.9)), 1, 200, new(1));
        KnownTrial[] known =
        [
            .. Enumerable.Range(1, 60).Select(number => number % 3 == 0
                ? new KnownTrial(number, At(0.8), 5 + number)
                : new KnownTrial(number, At(0.1), 1, Rung: number % 3)),
        ];
        // The scores at rungs are better, but rungs come before the end. Mutation alone leads a little away from the parents.
        Assert.InRange(method.Propose(61, known).ForModel().Dropout, 0.7, 0.9);

        static ParameterMap At(double dropout) => BuiltInParameters.Catalog.Complete(
            new Dictionary<string, ParameterValue> { ["dropout"] = ParameterValue.Of(dropout) }, 1);
    }

    private static double? Score(ParameterMap trial)
    {
        var typed = trial.ForModel();
        return (Math.Abs(typed.Layers - 60) / 30.0) + Math.Abs(Math.Log10(typed.HiddenSize / 200.0))
            + (Math.Abs(Math.Log2((typed.BatchSize ?? 1) / 64.0)) / 4) + (typed.Cell == CellKind.Gru ? 0 : 0.5);
    }

    private static double Hypervolume(ISearchMethod method)
    {
        var points = new List<double[]>();
        var known = new List<KnownTrial>();
        for (var number = 1; number <= method.Count; number++)
        {
            KnownTrial[] now = [.. known.Select(trial =>
                trial.Number <= method.WaitsFor(number) ? trial : trial with { Score = null, Scores = null })];
            var trial = method.Propose(number, now);
            var scores = Zdt1(trial);
            points.Add(scores);
            known.Add(new(number, trial, scores[0], Scores: scores));
        }

        // The area between the front and the corner (1.1, 6).
        var (area, last) = (0.0, 6.0);
        foreach (var point in NondominatedRanks.Fronts(points)[0].Select(index => points[index]).OrderBy(point => point[0]))
        {
            if (point[0] < 1.1 && point[1] < last)
                (area, last) = (area + ((1.1 - point[0]) * (last - point[1])), point[1]);
        }

        return area;
    }

    private static double[] Zdt1(ParameterMap trial)
    {
        var typed = trial.ForModel();
        double[] rest = [(Math.Log10(typed.LearningRate) + 5) / 5, typed.Dropout / 0.9, typed.WeightDecay];
        var g = 1 + (9 * rest.Average());
        return [typed.GradientClipping, g * (1 - Math.Sqrt(typed.GradientClipping / g))];
    }
}
