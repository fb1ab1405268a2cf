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

    protected abstract ISearchMethod Create(SearchSpace space, long seed);

    [Fact]
    public void The_same_number_gives_the_same_proposal_in_any_order()
    {
        var inOrder = All(Create(Space, 5));
        var method = Create(Space, 5);
        Assert.Equal(inOrder.Reverse(), Enumerable.Range(1, method.Count).Reverse().Select(number => Proposal(method, number)));
        Assert.Equal(inOrder[^1], Proposal(Create(Space, 5), inOrder.Length));
        Assert.Equal(Proposal(method, 7), Proposal(method, 7));
    }

    [Fact]
    public void Proposals_may_be_asked_for_in_parallel()
    {
        var method = Create(Space, 5);
        var asked = new string[method.Count];
        Parallel.For(0, asked.Length, index => asked[index] = Proposal(method, index + 1));
        Assert.Equal(All(Create(Space, 5)), asked);
    }

    [Fact]
    public void Trials_are_numbered_from_1_to_the_count_and_there_is_no_other()
    {
        var method = Create(Space, 5);
        Assert.Equal(method.Count, method.Trials().Count());
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
        foreach (var trial in Create(Space, 5).Trials())
        {
            var values = Space.Catalog.All.ToDictionary(definition => definition.Name, definition => trial.ValueOf(definition.Name));
            foreach (var dimension in Space.Dimensions)
            {
                var applies = dimension.Applies(values, Space.Catalog);
                var expected = applies ? dimension.Points(Space.Catalog)! : [Space.Catalog.Default(dimension.Name)];
                Assert.Contains(values[dimension.Name], expected);
            }
        }
    }

    [Fact]
    public void Every_value_is_one_that_the_catalog_accepts_and_the_rest_are_defaults()
    {
        foreach (var trial in Create(Space, 5).Trials())
        {
            Assert.All(Space.Catalog.All, definition => Assert.True(definition.Accepts(trial.ValueOf(definition.Name)), definition.Name));
            Assert.Equal([Whole(20), Whole(20), Whole(5)], new[] { "sequence_length", "epochs", "seed" }.Select(trial.ValueOf));
        }
    }

    [Fact]
    public void A_space_without_dimensions_gives_the_defaults()
    {
        var defaults = Space.Catalog.Complete(new Dictionary<string, ParameterValue>(), 5).ToJson();
        Assert.All(Create(Of(), 5).Trials(), trial => Assert.Equal(defaults, trial.ToJson()));
    }

    [Fact]
    public void A_seed_among_the_parameters_replaces_the_seed_of_the_sweep() =>
        Assert.All(Create(Of(Choice("seed", Whole(9))), 5).Trials(), trial => Assert.Equal(Whole(9), trial.ValueOf("seed")));

    private static string[] All(ISearchMethod method) => [.. Enumerable.Range(1, method.Count).Select(number => Proposal(method, number))];

    private static string Proposal(ISearchMethod method, int number) => method.Propose(number, []).ToJson();
}

public sealed class GridSearchSuite : SearchMethodSuite
{
    protected override ISearchMethod Create(SearchSpace space, long seed) => new GridSearch(space, seed);
}

public sealed class RandomSearchSuite : SearchMethodSuite
{
    protected override ISearchMethod Create(SearchSpace space, long seed) => new RandomSearch(space, seed, 200);
}
