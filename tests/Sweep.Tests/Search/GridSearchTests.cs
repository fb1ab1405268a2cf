using System.Numerics;
using Sweep.Domain.Search;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Search;

public sealed class GridSearchTests
{
    [Fact]
    public void Every_combination_comes_once_and_the_last_dimension_changes_fastest()
    {
        var space = Of(
            Choice("cell", Word("rnn"), Word("gru")), Choice("layers", Whole(3)), Choice("hidden_size", Whole(8), Whole(4), Whole(16)));
        Assert.Equal(
            ["rnn 3 8", "rnn 3 4", "rnn 3 16", "gru 3 8", "gru 3 4", "gru 3 16"],
            Trials(space, "cell", "layers", "hidden_size"));
    }

    [Fact]
    public void A_condition_that_fails_gives_the_default_once()
    {
        var space = Of(
            Choice("layers", Whole(1), Whole(2)),
            Choice("dropout", ParameterValue.Of(0.1), ParameterValue.Of(0.3)).When(("layers", [Whole(2)])),
            Choice("cell", Word("rnn"), Word("gru")));
        Assert.Equal(
            ["1 0 rnn", "1 0 gru", "2 0.1 rnn", "2 0.1 gru", "2 0.3 rnn", "2 0.3 gru"],
            Trials(space, "layers", "dropout", "cell"));
    }

    [Fact]
    public void A_condition_on_a_conditional_parameter_sees_its_default()
    {
        var space = Of(
            Choice("cell", Word("rnn"), Word("gru")),
            Choice("layers", Whole(1), Whole(2)).When(("cell", [Word("gru")])),
            Choice("epochs", Whole(5), Whole(6)).When(("layers", [Whole(1)])));
        // rnn has the default of one layer, which the condition on epochs allows.
        Assert.Equal(["rnn 1 5", "rnn 1 6", "gru 1 5", "gru 1 6", "gru 2 20"], Trials(space, "cell", "layers", "epochs"));
    }

    [Fact]
    public void The_count_by_arithmetic_is_the_number_of_trials()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var space = RandomSpace(seed);
            Assert.Equal(new GridSearch(space, 1).Trials().Count(), (int)new GridSearch(space, 1).Total);
        }
    }

    [Fact]
    public void A_trial_found_by_its_number_is_the_one_that_stands_there()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var space = RandomSpace(seed);
            var method = new GridSearch(space, 1);
            Assert.Equal(Combinations(space), Enumerable.Range(1, method.Count).Select(number => method.Propose(number, []).ToJson()));
        }
    }

    [Fact]
    public void A_grid_beyond_all_bounds_is_counted_without_expanding_it()
    {
        var many = Enumerable.Range(1, 1000).Select(number => Whole(number)).ToArray();
        var space = Of(
            Choice("epochs", many),
            Choice("seed", many),
            Choice("hidden_size", many),
            Choice("sequence_length", many).When(("epochs", [Whole(1), Whole(2)])));
        Assert.Equal((BigInteger.Pow(1000, 3) * 2) + (998 * BigInteger.Pow(1000, 2)), new GridSearch(space, 1).Total);
    }

    [Fact]
    public void The_last_trial_of_a_large_grid_is_found_without_the_others()
    {
        var space = Of(
            Range("learning_rate", 1e-4, 1, Scale.Log, count: 9_999),
            Range("hidden_size", 1, 100, step: 1),
            Choice("cell", Word("rnn"), Word("gru")));
        var method = new GridSearch(space, 1);
        var last = method.Propose(method.Count, []).ForModel();
        Assert.Equal((1_999_800, 1d, 100), (method.Count, last.LearningRate, last.HiddenSize));
    }

    [Fact]
    public void A_range_without_points_has_no_grid()
    {
        var error = Assert.Throws<ArgumentException>(() => new GridSearch(Of(Range("dropout", 0, 0.5)), 1));
        Assert.StartsWith("A grid over the range dropout needs a count or a step.", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Makes a space of four dimensions with up to three values, each with random conditions on the ones before it.</summary>
    private static SearchSpace RandomSpace(int seed)
    {
        var draws = 0;
        string[] names = ["layers", "hidden_size", "epochs", "sequence_length"];
        var dimensions = new List<Dimension>();
        foreach (var name in names)
        {
            var dimension = Choice(name, [.. Enumerable.Range(1, 1 + Below(3)).Select(number => Whole(number))]);
            var conditions = dimensions.Where(_ => Below(2) == 0).Select(before => (before.Name, new[] { Whole(1 + Below(2)) })).ToArray();
            dimensions.Add(conditions.Length == 0 ? dimension : dimension.When(conditions));
        }

        return new(dimensions);

        int Below(int end) => (int)(SplitMix64.Uniform(seed, 0, draws++) * end);
    }

    /// <summary>Returns the trials of a grid by plain recursion over the dimensions whose conditions hold.</summary>
    private static IEnumerable<string> Combinations(SearchSpace space)
    {
        return Below(0, []).Select(values => space.Catalog.Complete(values, 1).ToJson());

        IEnumerable<Dictionary<string, ParameterValue>> Below(int axis, Dictionary<string, ParameterValue> chosen)
        {
            if (axis == space.Dimensions.Count)
                return [chosen];
            var dimension = space.Dimensions[axis];
            return dimension.Applies(chosen, space.Catalog)
                ? dimension.Points(space.Catalog)!.SelectMany(value => Below(axis + 1, new(chosen) { [dimension.Name] = value }))
                : Below(axis + 1, chosen);
        }
    }

    private static IEnumerable<string> Trials(SearchSpace space, params string[] parameters) =>
        new GridSearch(space, 1).Trials().Select(trial => string.Join(' ', parameters.Select(trial.ValueOf)));
}
