using Sweep.Domain.Search;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Search;

/// <summary>What every sampler must keep, whichever it is.</summary>
public abstract class SamplerSuite
{
    private static readonly SearchSpace Space = Of(
        Choice("cell", Word("rnn"), Word("lstm")),
        Range("layers", 1, 3, step: 1),
        Choice("dropout", Whole(0), ParameterValue.Of(0.5)).When(("layers", [Whole(2), Whole(3)]), ("cell", [Word("lstm")])),
        Range("learning_rate", 1e-4, 1e-1, Scale.Log, count: 4),
        Choice("fully_connected", Widths(), Widths(64, 32)),
        Choice("batch_size", Word("full"), Whole(16)),
        Choice("hidden_size", Whole(8)));

    protected abstract ISampler Create(SearchSpace space, long seed);

    [Fact]
    public void The_same_seed_gives_the_same_trials_in_the_same_order() =>
        Assert.Equal(Create(Space, 5).Trials().Select(trial => trial.ToJson()), Create(Space, 5).Trials().Select(trial => trial.ToJson()));

    [Fact]
    public void Trials_can_be_read_again_after_a_reader_stopped_half_way()
    {
        var trials = Create(Space, 5).Trials();
        var half = trials.Take(17).ToList();
        Assert.Equal(half.Select(trial => trial.ToJson()), trials.Take(17).Select(trial => trial.ToJson()));
    }

    [Fact]
    public void Every_value_is_of_its_dimension_or_the_default_where_the_condition_fails()
    {
        foreach (var trial in Create(Space, 5).Trials())
        {
            var values = ParameterCatalog.All.ToDictionary(definition => definition.Name, definition => trial.ValueOf(definition.Name));
            foreach (var dimension in Space.Dimensions)
            {
                var expected = dimension.Applies(values) ? dimension.Points()! : [ParameterCatalog.Find(dimension.Name)!.Default];
                Assert.Contains(values[dimension.Name], expected);
            }
        }
    }

    [Fact]
    public void Every_value_is_one_that_the_catalog_accepts_and_the_rest_are_defaults()
    {
        foreach (var trial in Create(Space, 5).Trials())
        {
            Assert.All(ParameterCatalog.All, definition => Assert.True(definition.Accepts(trial.ValueOf(definition.Name)), definition.Name));
            Assert.Equal((20, 20, 5L), (trial.SequenceLength, trial.Epochs, trial.Seed));
        }
    }

    [Fact]
    public void A_space_without_dimensions_gives_the_defaults() =>
        Assert.All(Create(Of(), 5).Trials(), trial => Assert.Equal(ParameterAssignment.ToTrial(new Dictionary<string, ParameterValue>(), 5).ToJson(), trial.ToJson()));

    [Fact]
    public void A_seed_among_the_parameters_takes_the_place_of_the_sweeps() =>
        Assert.All(Create(Of(Choice("seed", Whole(9))), 5).Trials(), trial => Assert.Equal(9, trial.Seed));
}

public sealed class GridSamplerSuite : SamplerSuite
{
    protected override ISampler Create(SearchSpace space, long seed) => new GridSampler(space, seed);
}

public sealed class RandomSamplerSuite : SamplerSuite
{
    protected override ISampler Create(SearchSpace space, long seed) => new RandomSampler(space, seed, 200);
}
