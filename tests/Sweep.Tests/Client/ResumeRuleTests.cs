using Sweep.Client.Running;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Tests.Client;

public sealed class ResumeRuleTests
{
    private static readonly IReadOnlyList<ParameterValue> Two = [new ParameterValue.Whole(2)];

    [Theory]
    [InlineData(SweepState.Running, true)]
    [InlineData(SweepState.Paused, true)]
    [InlineData(SweepState.Completed, false)]
    [InlineData(SweepState.Cancelled, false)]
    public void Only_an_unfinished_sweep_is_resumed(SweepState state, bool expected) =>
        Assert.Equal(expected, ResumeRule.Find(Samples.Spec(), [Samples.Overview(state: state)]) is not null);

    [Theory]
    [InlineData("letters", true)]
    [InlineData("letters-2", true)]
    [InlineData("letters-17", true)]
    [InlineData("letters-", false)]
    [InlineData("letters-two", false)]
    [InlineData("letters2", false)]
    [InlineData("my-letters", false)]
    public void The_resumed_sweep_has_the_name_of_the_file_or_that_name_with_a_number(string name, bool expected) =>
        Assert.Equal(expected, ResumeRule.Find(Samples.Spec(), [Samples.Overview(Samples.Spec(name), name)]) is not null);

    [Fact]
    public void A_sweep_with_another_spec_is_not_resumed() =>
        Assert.Null(ResumeRule.Find(Samples.Spec(seed: 43), [Samples.Overview(Samples.Spec(seed: 42))]));

    [Fact]
    public void A_file_that_splits_by_windows_goes_on_with_a_sweep_of_version_0_1_0_that_calls_it_random()
    {
        var stored = Samples.Spec();
        Assert.Equal((SplitKind.Random, null), (stored.Dataset.Split, stored.Dataset.FirstTarget));
        Assert.Null(stored.Replicates);
        var file = stored with { Dataset = stored.Dataset with { Split = SplitKind.Windows }, Replicates = 1 };
        Assert.NotNull(ResumeRule.Find(file, [Samples.Overview(stored)]));
        Assert.Null(ResumeRule.Find(stored.WithFirstTarget(), [Samples.Overview(stored)]));
    }

    [Fact]
    public void The_order_of_conditions_in_the_database_does_not_matter()
    {
        Assert.NotNull(ResumeRule.Find(Conditional("layers", "cell"), [Samples.Overview(Conditional("cell", "layers"))]));

        static SweepSpec Conditional(params string[] names)
        {
            var half = new DimensionDomain.Choice([new ParameterValue.Real(0.5)]);
            return Samples.Spec() with { Parameters = new([new("dropout", half, names.ToDictionary(name => name, _ => Two))]) };
        }
    }

    [Fact]
    public void Of_several_sweeps_the_newest_is_resumed() =>
        Assert.Equal(
            3, ResumeRule.Find(Samples.Spec(), [Samples.Overview(day: 1), Samples.Overview(day: 3), Samples.Overview(day: 2)])!.Id);
}
