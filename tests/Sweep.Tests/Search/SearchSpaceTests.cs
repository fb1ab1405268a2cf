using System.Text.Json;
using Sweep.Domain.Search;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Search;

public sealed class SearchSpaceTests
{
    [Fact]
    public void The_parameters_that_vary_are_those_with_more_than_one_value_among_the_trials()
    {
        var layers = Choice("layers", Whole(1), Whole(2));
        Assert.Equal(["layers"], Of(layers, Choice("epochs", Whole(5))).Varying);
        // The default of dropout is 0, so a dropout of 0.2 whose condition fails for some trials has two values.
        Assert.Equal(["layers", "dropout"], Of(layers, Choice("dropout", ParameterValue.Of(0.2)).When(("layers", [Whole(2)]))).Varying);
        Assert.Equal(["layers"], Of(layers, Choice("dropout", Whole(0)).When(("layers", [Whole(2)]))).Varying);
        Assert.Equal(["layers"], Of(layers, Choice("dropout", ParameterValue.Of(0.2)).When(("layers", [Whole(1), Whole(2)]))).Varying);
        Assert.Equal(
            ["layers"], Of(layers, Choice("dropout", ParameterValue.Of(0.2), ParameterValue.Of(0.3)).When(("layers", [Whole(7)]))).Varying);
        Assert.Empty(Of(Choice("layers", Whole(2)), Choice("dropout", ParameterValue.Of(0.2)).When(("layers", [Whole(2)]))).Varying);
        Assert.Equal(["dropout"], Of(Range("dropout", 0, 0.5)).Varying);
    }

    [Fact]
    public void The_parameters_that_vary_agree_with_the_trials_of_a_grid()
    {
        var space = Of(
            Choice("cell", Word("rnn"), Word("gru")),
            Choice("layers", Whole(1), Whole(2)).When(("cell", [Word("gru")])),
            Choice("dropout", ParameterValue.Of(0.1)).When(("layers", [Whole(2)])),
            Choice("epochs", Whole(20)).When(("layers", [Whole(2)])),
            Range("hidden_size", 8, 16, count: 2));
        var trials = new GridSearch(space, 1).Trials().ToList();
        var varying = space.Catalog.All
            .Select(definition => definition.Name)
            .Where(name => trials.Select(trial => trial.ValueOf(name)).Distinct().Count() > 1);
        Assert.Equal(varying.Order(), space.Varying.Order());
    }

    [Theory]
    [InlineData("layers", 2, true)]
    [InlineData("layers", 3, false)]
    [InlineData("learning_rate", 1, true)]
    [InlineData("learning_rate", 3, false)]
    [InlineData("epochs", 20, true)]
    [InlineData("epochs", 21, false)]
    public void A_value_is_reachable_when_a_trial_can_have_it(string parameter, int value, bool reachable) =>
        Assert.Equal(
            reachable,
            new ReachableValues(Of(Choice("layers", Whole(1), Whole(2)), Range("learning_rate", 0.5, 2))).CanBe(parameter, Whole(value)));

    [Fact]
    public void Every_default_is_a_value_that_its_parameter_accepts() =>
        Assert.All(BuiltInParameters.Catalog.All, definition => Assert.True(definition.Accepts(definition.Default), definition.Name));

    [Fact]
    public void A_trial_gives_back_the_values_that_it_was_made_of()
    {
        var values = new Dictionary<string, ParameterValue>
        {
            ["cell"] = Word("gru"),
            ["sequence_length"] = Whole(7),
            ["hidden_size"] = Whole(8),
            ["layers"] = Whole(2),
            ["fully_connected"] = Widths(4, 5),
            ["learning_rate"] = ParameterValue.Of(0.25),
            ["batch_size"] = Word("full"),
            ["dropout"] = ParameterValue.Of(0.5),
            ["epochs"] = Whole(3),
            ["optimizer"] = Word("adamw"),
            ["weight_decay"] = Whole(1),
            ["gradient_clipping"] = ParameterValue.Of(1.5),
            ["seed"] = Whole(long.MaxValue),
        };
        Assert.Equal(BuiltInParameters.Catalog.All.Select(definition => definition.Name), values.Keys);
        var trial = BuiltInParameters.Catalog.Complete(values, seed: 1);
        Assert.All(values, pair => Assert.Equal(pair.Value, trial.ValueOf(pair.Key)));
        Assert.All(values, pair => Assert.Equal(pair.Value, trial.ForModel().ToMap().ValueOf(pair.Key)));
        Assert.Equal(trial.ToJson(), trial.ForModel().ToJson());
        Assert.Equal(trial.ToJson(), ParameterMap.FromJson(trial.ToJson()).ToJson());
        // A database may return the members of an object in any order.
        var other = new ParameterMap([.. values.Reverse().Select(pair => (pair.Key, pair.Value))]);
        Assert.Equal(trial.ToJson(), BuiltInParameters.Catalog.Read(other.ToJson()).ToJson());
    }

    [Theory]
    [InlineData("1", "1")]
    [InlineData("1.0", "1")]
    [InlineData("1e3", "1000")]
    [InlineData("0.1", "0.1")]
    [InlineData("-0.0", "0")]
    [InlineData("1e300", "1E+300")]
    [InlineData("\"full\"", "full")]
    [InlineData("[64,32]", "[64, 32]")]
    public void A_value_is_read_from_JSON_with_its_kind_and_number(string json, string shown)
    {
        var value = JsonSerializer.Deserialize<ParameterValue>(json)!;
        Assert.Equal(shown, value.ToString());
        Assert.Equal(value, JsonSerializer.Deserialize<ParameterValue>(JsonSerializer.Serialize(value)));
    }
}
