using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Search;

public sealed class DistinctSearchSuite : SearchMethodSuite
{
    protected override ISearchMethod Create(SearchSpace space, long seed) => new DistinctSearch(new RandomSearch(space, seed, 200));
}

public sealed class ReplicatesTests
{
    private static readonly SearchSpace Space = Of(Choice("cell", Word("rnn"), Word("gru")), Choice("layers", Whole(1), Whole(2)));

    [Fact]
    public void Each_point_is_tried_with_the_same_seeds_and_the_first_is_the_sweeps_own()
    {
        var once = SearchMethods.For(Spec(Space)).TypedTrials().ToList();
        var trials = SearchMethods.For(Spec(Space) with { Replicates = 3 }).TypedTrials().ToList();
        Assert.Equal(12, trials.Count);
        var seeds = trials.Take(3).Select(trial => trial.Seed).ToList();
        Assert.Equal(42, seeds[0]);
        Assert.Equal(3, seeds.Distinct().Count());
        foreach (var (point, replicates) in once.Zip(trials.Chunk(3)))
        {
            Assert.Equal(seeds, replicates.Select(trial => trial.Seed));
            Assert.All(replicates, trial => Assert.Equal((point with { Seed = 0 }).ToJson(), (trial with { Seed = 0 }).ToJson()));
        }
    }

    [Fact]
    public void More_replicates_keep_the_seeds_of_fewer() => Assert.Equal(
        Enumerable.Range(0, 3).Select(replicate => ReplicatedSearch.Seed(42, replicate)),
        SearchMethods.For(Spec(Space) with { Replicates = 9 }).TypedTrials().Take(3).Select(trial => trial.Seed));

    [Fact]
    public void A_point_is_known_by_the_mean_of_its_replicates_and_counted_by_its_own_number()
    {
        var points = new Recording();
        var method = new ReplicatedSearch(points, 2, Space.Catalog, 42);
        Assert.Equal([0, 0, 0, 0, 4, 4], Enumerable.Range(1, 6).Select(method.WaitsFor));
        var map = Space.Catalog.Complete(new Dictionary<string, ParameterValue>(), 42);
        KnownTrial[] known =
        [
            new(1, map, 2, Scores: [2, 5]), new(2, map, 4, Scores: [4, 8]), new(3, map, 6, Rung: 1), new(4, map, null),
            new(5, map, 3, Rung: 1), new(6, map, 4), new(7, map, null),
        ];
        method.Propose(8, known);
        Assert.Equal(4, points.Number);
        Assert.Equal(
            [(1, 3.0, null), (2, 6.0, 1), (3, 3.5, 1)], points.Known.Select(trial => (trial.Number, trial.Score, trial.Rung)));
        Assert.Equal([3, 6.5], points.Known[0].Scores!);
    }

    [Fact]
    public void A_sweep_that_lists_seeds_takes_no_replicates()
    {
        var spec = Spec(Of(Choice("layers", Whole(1)), Choice("seed", Whole(1), Whole(2)))) with { Replicates = 2 };
        Assert.Equal(
            "replicates: found 2 and several values of seed; expected one of them; leave seed out for seeds that are derived from the " +
                "sweep's.",
            Assert.Single(SpecRules.Problems(spec)).ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    public void Replicates_have_bounds(int replicates) => Assert.Equal(
        "replicates", Assert.Single(SpecRules.Problems(Spec(Space) with { Replicates = replicates })).Path);

    [Fact]
    public void Replicates_count_for_the_largest_number_of_trials() => Assert.Contains(
        "2,000,000 trials with 1000 replicates",
        Assert.Single(SpecRules.Problems(Spec(
            Of(Range("learning_rate", 0.1, 1, count: 2000))) with
        { Replicates = 1000 })).ToString(),
        StringComparison.Ordinal);

    [Fact]
    public void Trials_that_would_train_the_same_are_tried_once()
    {
        var space = Of(
            Choice("layers", Whole(1), Whole(2)),
            Choice("dropout", Whole(0), ParameterValue.Of(0.5)),
            Choice("optimizer", Word("adam"), Word("adamw")),
            Choice("weight_decay", Whole(0), ParameterValue.Of(0.1)));
        var plan = SweepPlan.Of(Spec(space) with { Replicates = 1 }, characters: 1000, vocabulary: 10);
        // Of 16 trials, four have one layer with dropout and four are adamw without decay; one is both.
        var kept = plan.Trials.Select(trial => trial.Parameters.ForModel()).ToList();
        Assert.Equal((9, 7), (kept.Count, plan.LeftOut));
        Assert.DoesNotContain(kept, trial => trial is { Layers: 1, Dropout: > 0 });
        Assert.DoesNotContain(kept, trial => trial is { Optimizer: OptimizerKind.AdamW, WeightDecay: 0 });
        Assert.Contains("dropout does nothing with one layer", plan.Reasons);
        Assert.Contains("adamw without weight_decay is adam", plan.Reasons);
    }

    [Fact]
    public void The_reason_is_told_whichever_of_two_equal_trials_comes_first()
    {
        var space = Of(Choice("layers", Whole(1)), Choice("dropout", ParameterValue.Of(0.5), Whole(0)));
        var plan = SweepPlan.Of(Spec(space) with { Replicates = 1 }, characters: 1000, vocabulary: 10);
        Assert.Equal((1, 1), (plan.Trials.Count, plan.LeftOut));
        Assert.Equal(["dropout does nothing with one layer"], plan.Reasons);
    }

    [Fact]
    public void A_point_that_is_drawn_again_is_tried_once()
    {
        var plan = SweepPlan.Of(Spec(Space, new(MethodKind.Random, 50)) with { Replicates = 1 }, characters: 1000, vocabulary: 10);
        Assert.Equal((4, 46), (plan.Trials.Count, plan.LeftOut));
        Assert.Equal(["drawn a second time"], plan.Reasons);
    }

    /// <summary>Remembers what it was asked.</summary>
    private sealed class Recording : ISearchMethod
    {
        public int Number { get; private set; }

        public IReadOnlyList<KnownTrial> Known { get; private set; } = [];

        public int Count => 4;

        public int WaitsFor(int number) => number < 3 ? 0 : 2;

        public ParameterMap Propose(int number, IReadOnlyList<KnownTrial> known)
        {
            (Number, Known) = (number, known);
            return Space.Catalog.Complete(new Dictionary<string, ParameterValue>(), 42);
        }
    }
}
