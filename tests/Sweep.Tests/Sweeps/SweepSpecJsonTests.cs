using System.Text.Json;
using Sweep.Domain.Search;
using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Sweeps;

public sealed class SweepSpecJsonTests
{
    private static readonly SearchSpace Space = Of(
        Choice("cell", Word("rnn"), Word("lstm")),
        Range("layers", 1, 3, step: 1),
        Choice("dropout", Whole(0), ParameterValue.Of(0.5)).When(("layers", [Whole(2), Whole(3)]), ("cell", [Word("lstm")])),
        Range("learning_rate", 1, 4, Scale.Linear, count: 4),
        Choice("weight_decay", ParameterValue.Of(0.25)).When(("learning_rate", [ParameterValue.Of(2.0)])),
        Choice("fully_connected", Widths(), Widths(64, 32)),
        Choice("batch_size", Word("full"), Whole(16)));

    [Fact]
    public void A_spec_is_read_from_JSON_as_it_was_written()
    {
        var spec = Spec(Space, split: SplitKind.Tail) with { Resources = new(2, 8, -1), Checkpoint = new(0.5, 3), Seed = long.MaxValue };
        spec = (spec with { Dataset = spec.Dataset with { Test = 0.1 } }).WithFirstTarget();
        var back = SweepSpec.FromJson(spec.ToJson());
        Assert.Equal(spec.ToJson(), back.ToJson());
        Assert.Equal(spec with { Parameters = back.Parameters }, back);
        Assert.Equal(Trials(spec), Trials(back));
        Assert.Equal(spec.Parameters.Varying, back.Parameters.Varying);
    }

    [Fact]
    public void A_random_search_that_is_read_from_JSON_has_the_same_trials()
    {
        var spec = Spec(Of(Range("learning_rate", 1e-4, 1, Scale.Log), Range("hidden_size", 8, 64)), new(MethodKind.Random, 50));
        Assert.Equal(Trials(spec), Trials(SweepSpec.FromJson(spec.ToJson())));
    }

    [Fact]
    public void Constraints_are_read_as_they_were_written_and_a_spec_without_them_has_none()
    {
        var spec = Spec(Space with { Require = ["layers < 3"] });
        Assert.Equal(spec.ToJson(), SweepSpec.FromJson(spec.ToJson()).ToJson());
        Assert.Equal(Trials(spec), Trials(SweepSpec.FromJson(spec.ToJson())));
        Assert.Null(SweepSpec.FromJson(Spec(Space).ToJson().Replace(",\"require\":null", "", StringComparison.Ordinal)).Parameters.Require);
    }

    [Fact]
    public void Stopping_rules_are_read_from_JSON_as_they_were_written()
    {
        IReadOnlyList<StopSpec> rules =
        [
            new StopSpec.Asha(2, 4), new StopSpec.Hyperband(), new StopSpec.Median(3, 2, 7), new StopSpec.Threshold(5, -0.25),
            new StopSpec.Patience(4, 1e-3),
        ];
        var json = (Spec(Space) with { Stop = rules }).ToJson();
        Assert.Contains("\"rule\":\"asha\"", json.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(rules, SweepSpec.FromJson(json).Stop);
        Assert.Null(SweepSpec.FromJson(Spec(Space).ToJson()).Stop);
    }

    [Fact]
    public void Several_objectives_are_read_as_they_were_written_and_one_has_the_bytes_of_earlier_versions()
    {
        IReadOnlyList<Objective> objectives = [new(new("macs"), Goal.Minimize), new(Metric.ValAccuracy, Goal.Maximize)];
        var json = (Spec(Space, objective: objectives[1]) with { Objectives = objectives }).ToJson();
        Assert.Contains("""
            "objectives":[{"metric":"macs","goal":"minimize"},{"metric":"val_accuracy","goal":"maximize"}]
            """, json, StringComparison.Ordinal);
        Assert.Equal(objectives, SweepSpec.FromJson(json).Objectives);
        Assert.DoesNotContain("objectives", Spec(Space).ToJson(), StringComparison.Ordinal);
        Assert.Null(SweepSpec.FromJson(Spec(Space).ToJson()).Objectives);
    }

    [Fact]
    public void Members_that_a_newer_version_wrote_are_skipped()
    {
        var json = Spec(Space).ToJson();
        Assert.Equal(json, SweepSpec.FromJson(json.Insert(1, "\"colour\": \"blue\", ")).ToJson());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("[]")]
    public void JSON_that_is_no_spec_is_refused(string json) => Assert.Throws<JsonException>(() => SweepSpec.FromJson(json));

    private static IEnumerable<string> Trials(SweepSpec spec) => SearchMethods.For(spec).Trials().Select(trial => trial.ToJson());
}
