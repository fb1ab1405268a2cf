using FsCheck;
using FsCheck.Fluent;
using Sweep.Domain.Search;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Search;

/// <summary>Tests that every search method must pass.</summary>
public abstract class SearchMethodSuite
{
    private static readonly SearchSpace Space = Of(
        Choice("cell", Word("rnn"), Word("lstm")),
        Range("layers", 1, 3, step: 1),
        Choice("dropout", Whole(0), ParameterValue.Of(0.5)).When(("layers", [Whole(2), Whole(3)]), ("cell", [Word("lstm")])),
        Range("learning_rate", 1e-4, 1e-1, Scale.Log, count: 4),
        Choice("fully_connected", Widths(), Widths(64, 32)),
        Choice("batch_size", Word("full"), Whole(16)),
        Choice("hidden_size", Whole(8)));

    /// <summary>Every kind of dimension that only a method without a grid can have, and a condition on a conditional dimension.</summary>
    private static readonly SearchSpace Ranges = Of(
        Choice("cell", Word("rnn"), Word("lstm"), Word("gru")),
        Range("learning_rate", 1e-5, 1, Scale.Log),
        Range("hidden_size", 16, 512, Scale.Log),
        Range("layers", 1, 4).When(("cell", [Word("lstm"), Word("gru")])),
        Range("dropout", 0, 0.9).When(("layers", [Whole(3), Whole(4)])),
        Range("weight_decay", 0, 0.1, step: 0.02),
        Choice("fully_connected", Widths(), Widths(64), Widths(64, 32)),
        Choice("sequence_length", Whole(10), Whole(20), Whole(50)));

    protected abstract ISearchMethod Create(SearchSpace space, long seed);

    /// <summary>Whether it takes ranges without a count or a step.</summary>
    protected virtual bool TakesRanges => true;

    [Fact]
    public void The_same_number_gives_the_same_proposal_in_any_order()
    {
        var inOrder = Run(Create(Space, 5));
        var method = Create(Space, 5);
        Assert.Equal(
            Json(inOrder).Reverse(), Enumerable.Range(1, method.Count).Reverse().Select(number => Proposal(method, number, inOrder)));
        Assert.Equal(Json(inOrder)[^1], Proposal(Create(Space, 5), inOrder.Count, inOrder));
        Assert.Equal(Proposal(method, 7, inOrder), Proposal(method, 7, inOrder));
    }

    [Fact]
    public void Proposals_may_be_asked_for_in_parallel()
    {
        var method = Create(Space, 5);
        var inOrder = Run(Create(Space, 5));
        var asked = new string[method.Count];
        Parallel.For(0, asked.Length, index => asked[index] = Proposal(method, index + 1, inOrder));
        Assert.Equal(Json(inOrder), asked);
    }

    [Fact]
    public void Trials_are_the_same_on_any_number_of_workers_and_in_any_order_of_their_ends()
    {
        var expected = Json(Run(Create(Space, 5)));
        var order = from workers in Gen.Choose(1, 20)
                    from seed in Gen.Choose(0, 1_000_000)
                    select (Workers: workers, Seed: seed);
        Prop.ForAll(order.ToArbitrary(), order =>
        {
            var random = new Random(order.Seed);
            Assert.Equal(expected, Json(SearchRun.OnWorkers(Create(Space, 5), Score, order.Workers, random.Next)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(8));
    }

    [Fact]
    public void Trials_are_numbered_from_1_to_the_count_and_there_is_no_other()
    {
        var method = Create(Space, 5);
        Assert.Equal(method.Count, Run(method).Count);
        foreach (var number in new[] { int.MinValue, -1, 0, method.Count + 1, int.MaxValue })
            Assert.Throws<ArgumentOutOfRangeException>(() => method.Propose(number, []));
    }

    [Fact]
    public void A_trial_waits_only_for_trials_with_lower_numbers()
    {
        var method = Create(Space, 5);
        Assert.All(Enumerable.Range(1, method.Count), number => Assert.InRange(method.WaitsFor(number), 0, number - 1));
    }

    [Fact]
    public void Every_value_is_one_of_its_dimension_or_the_default_where_the_condition_fails()
    {
        foreach (var trial in Run(Create(Space, 5)).Select(trial => trial.Parameters))
        {
            var values = Values(trial, Space);
            foreach (var dimension in Space.Dimensions)
            {
                var applies = dimension.Applies(values, Space.Catalog);
                var expected = applies ? dimension.Points(Space.Catalog)! : [Space.Catalog.Default(dimension.Name)];
                Assert.Contains(values[dimension.Name], expected);
            }
        }
    }

    [Fact]
    public void Every_value_of_a_range_is_within_it_and_a_whole_one_where_the_parameter_is()
    {
        if (!TakesRanges)
            return;
        var reachable = new ReachableValues(Ranges);
        foreach (var trial in Run(Create(Ranges, 5)).Select(trial => trial.Parameters))
        {
            var values = Values(trial, Ranges);
            foreach (var dimension in Ranges.Dimensions)
            {
                Assert.True(reachable.CanBe(dimension.Name, values[dimension.Name]), $"{dimension.Name} {values[dimension.Name]}");
                Assert.True(Ranges.Catalog.Find(dimension.Name)!.Accepts(values[dimension.Name]), dimension.Name);
                if (!dimension.Applies(values, Ranges.Catalog))
                    Assert.Equal(Ranges.Catalog.Default(dimension.Name), values[dimension.Name]);
            }
        }
    }

    [Fact]
    public void Every_trial_satisfies_the_constraints_and_is_the_same_in_any_order_of_their_ends()
    {
        var space = Space with { Require = ["layers * layers < 5 or batch_size > 15", "learning_rate >= 1e-3 and dropout != 0.5"] };
        var trials = Run(Create(space, 5));
        Assert.All(trials.Select(trial => trial.Parameters.ForModel()), trial =>
        {
            Assert.True(trial.Layers < 3 || trial.BatchSize == 16, $"{trial}");
            Assert.True(trial is { LearningRate: >= 1e-3, Dropout: 0 }, $"{trial}");
        });
        Assert.Equal(Create(space, 5).Count, trials.Count);
        Assert.Equal(Json(trials), Json(SearchRun.OnWorkers(Create(space, 5), Score, 7, new Random(3).Next)));
        // A constraint that forbids nothing changes nothing.
        Assert.Equal(Json(Run(Create(Space, 5))), Json(Run(Create(Space with { Require = ["layers > 0"] }, 5))));
    }

    [Fact]
    public void Every_value_is_one_that_the_catalog_accepts_and_the_rest_are_defaults()
    {
        foreach (var trial in Run(Create(Space, 5)).Select(trial => trial.Parameters))
        {
            Assert.All(Space.Catalog.All, definition => Assert.True(definition.Accepts(trial.ValueOf(definition.Name)), definition.Name));
            Assert.Equal([Whole(20), Whole(20), Whole(5)], new[] { "sequence_length", "epochs", "seed" }.Select(trial.ValueOf));
        }
    }

    [Fact]
    public void A_space_without_dimensions_gives_the_defaults()
    {
        var defaults = Space.Catalog.Complete(new Dictionary<string, ParameterValue>(), 5).ToJson();
        Assert.All(Json(Run(Create(Of(), 5))), trial => Assert.Equal(defaults, trial));
    }

    [Fact]
    public void A_seed_among_the_parameters_replaces_the_seed_of_the_sweep() =>
        Assert.All(Run(Create(Of(Choice("seed", Whole(9))), 5)), trial => Assert.Equal(Whole(9), trial.Parameters.ValueOf("seed")));

    [Fact]
    public void Trials_that_all_fail_or_diverge_are_followed_by_others()
    {
        foreach (double? score in new double?[] { null, double.PositiveInfinity, 1 })
        {
            var method = Create(Space, 5);
            Assert.Equal(method.Count, SearchRun.InOrder(method, _ => score).Count);
        }
    }

    /// <summary>Stands for the training: some trials fail, and some diverge.</summary>
    private static double? Score(ParameterMap trial) => trial.ForModel() switch
    {
        { Layers: 3, Cell: CellKind.Rnn, BatchSize: 16 } => null,
        { Layers: 2, LearningRate: > 0.05 } => double.PositiveInfinity,
        var typed => Math.Abs(Math.Log10(typed.LearningRate) + 2) + (0.1 * typed.Layers) + typed.Dropout + typed.FullyConnected.Count,
    };

    private static IReadOnlyList<TrialOutcome> Run(ISearchMethod method) => SearchRun.InOrder(method, Score);

    private static string[] Json(IReadOnlyList<TrialOutcome> trials) => [.. trials.Select(trial => trial.Parameters.ToJson())];

    private static string Proposal(ISearchMethod method, int number, IReadOnlyList<TrialOutcome> trials) =>
        method.Propose(number, SearchRun.Known(method, number, trials)).ToJson();

    private static Dictionary<string, ParameterValue> Values(ParameterMap trial, SearchSpace space) =>
        space.Catalog.All.ToDictionary(definition => definition.Name, definition => trial.ValueOf(definition.Name));
}

public sealed class GridSearchSuite : SearchMethodSuite
{
    protected override bool TakesRanges => false;

    protected override ISearchMethod Create(SearchSpace space, long seed) => new GridSearch(space, seed);
}

public sealed class RandomSearchSuite : SearchMethodSuite
{
    protected override ISearchMethod Create(SearchSpace space, long seed) => new RandomSearch(space, seed, 200);
}

public sealed class SobolSearchSuite : SearchMethodSuite
{
    protected override ISearchMethod Create(SearchSpace space, long seed) => new SobolSearch(space, seed, 200);
}

public sealed class TpeSearchSuite : SearchMethodSuite
{
    protected override ISearchMethod Create(SearchSpace space, long seed) => new TpeSearch(space, seed, 80, new());
}

public sealed class TpeSearchOneByOneSuite : SearchMethodSuite
{
    protected override ISearchMethod Create(SearchSpace space, long seed) => new TpeSearch(space, seed, 80, new(1));
}

public sealed class CmaEsSearchSuite : SearchMethodSuite
{
    protected override ISearchMethod Create(SearchSpace space, long seed) => new CmaEsSearch(space, seed, 80, new());
}

public sealed class CmaEsSearchOneByOneSuite : SearchMethodSuite
{
    protected override ISearchMethod Create(SearchSpace space, long seed) => new CmaEsSearch(space, seed, 80, new(1));
}

public sealed class NsgaSearchSuite : SearchMethodSuite
{
    protected override ISearchMethod Create(SearchSpace space, long seed) => new NsgaSearch(space, seed, 80, new());
}

public sealed class GpSearchSuite : SearchMethodSuite
{
    protected override ISearchMethod Create(SearchSpace space, long seed) => new GpSearch(space, seed, 30, new());
}
