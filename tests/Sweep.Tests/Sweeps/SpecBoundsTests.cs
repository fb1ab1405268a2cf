using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Simulation;

namespace Sweep.Tests.Sweeps;

public sealed class SpecBoundsTests
{
    private static readonly SweepSpec Sound = SimulatedSweep.Spec("sound", new string('0', 64), trials: 3);

    public static TheoryData<string, SweepSpec> Mistakes => new()
    {
        { "name: found a b;", Sound with { Name = "a b" } },
        { "resources.slots: found 0;", Sound with { Resources = new(Slots: 0) } },
        { "resources.slots: found -1;", Sound with { Resources = new(Slots: -1) } },
        { "resources.max_concurrent: found 0;", Sound with { Resources = new(MaxConcurrent: 0) } },
        { "retries: found -1;", Sound with { Retries = -1 } },
        { "checkpoint.every: found NaN;", Sound with { Checkpoint = new(Every: double.NaN) } },
        { "checkpoint.every: found -1;", Sound with { Checkpoint = new(Every: -1) } },
        { "checkpoint.keep: found 0;", Sound with { Checkpoint = new(Keep: 0) } },
        { "stall_limit: found 0;", Sound with { StallLimit = 0 } },
        { "stall_limit: found NaN;", Sound with { StallLimit = double.NaN } },
        { "dataset.validation: found 1;", Sound with { Dataset = Sound.Dataset with { Validation = 1 } } },
        { "parameters.colour: no parameter", With(new Dimension("colour", new DimensionDomain.Choice([new ParameterValue.Whole(1)]))) },
        { "parameters.layers: found no value;", With(new Dimension("layers", new DimensionDomain.Choice([]))) },
        { "parameters.layers: found min 2 and max 1;", With(new Dimension("layers", new DimensionDomain.Range(2, 1, Scale.Linear, null, 1))) },
        { "parameters.layers.count: found 1;", With(new Dimension("layers", new DimensionDomain.Range(1, 2, Scale.Linear, 1, null))) },
        { "parameters.layers.step: found 0;", With(new Dimension("layers", new DimensionDomain.Range(1, 2, Scale.Linear, null, 0))) },
        { "parameters.learning_rate.step: found 1E-12;", With(new Dimension("learning_rate", new DimensionDomain.Range(0, 1, Scale.Linear, null, 1e-12))) },
        { "parameters.learning_rate: a grid over a range", With(new Dimension("learning_rate", new DimensionDomain.Range(0.1, 1, Scale.Linear, null, null))) },
        { "budget.trials: found nothing;", Sound with { Method = new(MethodKind.Random) } },
        { "budget.trials: found 2000000000;", Sound with { Method = new(MethodKind.Random, 2_000_000_000) } },
        { "parameters: found 1000000;", With([Thousand("seed"), Thousand("epochs")]) },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_spec_out_of_bounds_is_told_by_key_and_value(string beginning, SweepSpec spec) =>
        Assert.StartsWith(beginning, SpecBounds.FirstMistake(spec), StringComparison.Ordinal);

    [Fact]
    public void A_sound_spec_has_no_mistake() => Assert.Null(SpecBounds.FirstMistake(Sound));

    private static SweepSpec With(params Dimension[] dimensions) => Sound with { Parameters = new(dimensions) };

    private static Dimension Thousand(string name) => new(name, new DimensionDomain.Range(1, 1_000, Scale.Linear, null, 1));
}
