using Sweep.Domain.Search;
using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Simulation;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Sweeps;

public sealed class SpecRulesTests
{
    private static readonly SweepSpec Sound = SimulatedSweep.Spec("sound", new string('0', 64), trials: 3);

    public static TheoryData<string, SweepSpec> Mistakes => new()
    {
        { "name: found a b; expected at most 100 letters, digits, dots, dashes and underscores.", Sound with { Name = "a b" } },
        {
            "objective.metric: found loss; expected one of val_loss, val_accuracy, train_loss, perplexity.",
            Sound with { Objective = new(new("loss"), Goal.Minimize) }
        },
        {
            "objective: found 1 objective; expected 2 to 4, such as [val_loss, macs].",
            Sound with { Objectives = [Sound.Objective] }
        },
        { "objective: found nothing; expected one of val_loss, val_accuracy, ", Sound with { Objectives = [null!] } },
        { "objective: found nothing; expected one of val_loss, val_accuracy, ", Sound with { Objectives = [Sound.Objective, null!] } },
        { "resources.slots: found 0; expected a whole number of at least 1.", Sound with { Resources = new(Slots: 0) } },
        { "resources.slots: found -1; expected a whole number of at least 1.", Sound with { Resources = new(Slots: -1) } },
        { "resources.max_concurrent: found 0; expected a whole number of at least 1.", Sound with { Resources = new(MaxConcurrent: 0) } },
        {
            "resources.priority: found 1000001; expected a whole number from -1,000,000 to 1,000,000.",
            Sound with { Resources = new(Priority: 1_000_001) }
        },
        { $"resources.require: found []; {SpecBounds.LabelsExpected}.", Sound with { Resources = new(Require: []) } },
        { $"resources.require: found a b; {SpecBounds.LabelsExpected}.", Sound with { Resources = new(Require: ["a", "a b"]) } },
        { $"resources.require: found nothing; {SpecBounds.LabelsExpected}.", Sound with { Resources = new(Require: [null!]) } },
        { "retries: found -1; expected a whole number of at least 0.", Sound with { Retries = -1 } },
        { $"stop: found []; {SpecBounds.StopExpected}.", Sound with { Stop = [] } },
        { $"stop: found nothing; {SpecBounds.StopExpected}.", Sound with { Stop = [null!] } },
        { "stop.first: found 0; expected a whole number of at least 1.", Sound with { Stop = [new StopSpec.Asha(First: 0)] } },
        { $"stop.value: found NaN; {SpecBounds.StopValueExpected}.", Sound with { Stop = [new StopSpec.Threshold(1, double.NaN)] } },
        {
            "stop.epochs: found 9; expected at most 8, since no trial trains more than 10 epochs.",
            Sound with { Stop = [new StopSpec.Asha(), new StopSpec.Patience(9)] }
        },
        { "seed: found -1; expected a whole number of at least 0.", Sound with { Seed = -1 } },
        { $"checkpoint.every: found NaN; {SpecBounds.Every.Expected}.", Sound with { Checkpoint = new(Every: double.NaN) } },
        { $"checkpoint.every: found -1; {SpecBounds.Every.Expected}.", Sound with { Checkpoint = new(Every: -1) } },
        { "checkpoint.keep: found 0; expected a whole number of at least 1.", Sound with { Checkpoint = new(Keep: 0) } },
        { $"stall_limit: found 0; {SpecBounds.StallLimit.Expected}.", Sound with { StallLimit = 0 } },
        { $"stall_limit: found NaN; {SpecBounds.StallLimit.Expected}.", Sound with { StallLimit = double.NaN } },
        {
            "dataset.validation: found 1; expected a share above 0 and below 1.",
            Sound with { Dataset = Sound.Dataset with { Validation = 1 } }
        },
        {
            "dataset.test: found -0.1; expected a share of at least 0 and below 1.",
            Sound with { Dataset = Sound.Dataset with { Test = -0.1 } }
        },
        {
            "dataset.test: found 1; expected a share of at least 0 and below 1.",
            Sound with { Dataset = Sound.Dataset with { Test = 1 } }
        },
        {
            "dataset.test: found 0.8; expected a share that is below 1 together with validation,",
            Sound with { Dataset = Sound.Dataset with { Test = 0.8 } }
        },
        {
            "dataset.first_target: found 3; expected none with split: windows,",
            Sound with { Dataset = Sound.Dataset with { Split = SplitKind.Windows, FirstTarget = 3 } }
        },
        {
            "dataset.first_target: found 29; expected at least 30, the longest sequence_length.",
            With(Choice("sequence_length", Whole(10), Whole(30))) with
            {
                Dataset = Sound.Dataset with { Split = SplitKind.Tail, FirstTarget = 29 },
            }
        },
        { "parameters: found no parameter; expected at least one, such as cell: lstm.", With() },
        { "parameters: found nothing; expected parameters.", With([null!]) },
        { "parameters.colour: found an unknown key; expected one of cell, ", With(Choice("colour", Whole(1))) },
        {
            "parameters.layers: found the key a second time; expected it once.",
            With(Choice("layers", Whole(1)), Choice("layers", Whole(2)))
        },
        { "parameters.layers: found 0; expected a whole number from 1 to 128.", With(Choice("layers", Whole(0))) },
        { "parameters.layers.values: found 129; expected a whole number from 1 to 128.", With(Choice("layers", Whole(1), Whole(129))) },
        { "parameters.layers.values: found nothing; expected a whole number from 1 to 128.", With(Choice("layers", Whole(1), null!)) },
        { "parameters.layers.values: found an empty list; expected at least one value.", With(Choice("layers")) },
        {
            "parameters.layers.values: found 1 a second time; expected each value once.",
            With(Choice("layers", Whole(1), Whole(2), Whole(1)))
        },
        { "parameters.learning_rate: found -1e-5; expected a number above 0.", With(Choice("learning_rate", ParameterValue.Of(-1e-5))) },
        { "parameters.fully_connected: found 0; expected a whole number from 1 to 65,536.", With(Choice("fully_connected", Widths(8, 0))) },
        { "parameters.layers: found min 2 and max 1; min must be below max.", With(Range("layers", 2, 1, step: 1)) },
        { "parameters.layers.max: found NaN; expected a whole number from 1 to 128.", With(Range("layers", 2, double.NaN, step: 1)) },
        { "parameters.layers.count: found 1; expected a whole number from 2 to 999,999.", With(Range("layers", 1, 2, count: 1)) },
        { "parameters.layers.step: found 0; expected a whole number of at least 1.", With(Range("layers", 1, 2, step: 0)) },
        { "parameters.learning_rate.step: found NaN; step must be above 0.", With(Range("learning_rate", 1, 2, step: double.NaN)) },
        {
            "parameters.learning_rate: found step 1e-12; expected a larger one, which makes at most 999,999 points.",
            With(Range("learning_rate", 0.1, 1, step: 1e-12))
        },
        {
            "parameters.learning_rate: found a range without count or step; a grid needs one of them, such as count: 5.",
            With(Range("learning_rate", 0.1, 1))
        },
        {
            "parameters.layers.when.cell: found cell; a condition may name only",
            With(Choice("layers", Whole(2)).When(("cell", [Word("gru")])))
        },
        { "method: found random without budget.trials; expected budget: { trials: … }.", Sound with { Method = new(MethodKind.Random) } },
        {
            "budget.trials: found 2000000000; expected a whole number from 1 to 999,999.",
            Sound with { Method = new(MethodKind.Random, 2_000_000_000) }
        },
        { "budget.trials: found 5 for a grid; leave it out,", Sound with { Method = new(MethodKind.Grid, 5) } },
        {
            "method: found random, but no parameter varies; expected a parameter",
            With(Choice("layers", Whole(2))) with { Method = new(MethodKind.Random, 5) }
        },
        {
            "method: found gp, but no parameter that varies has an order; expected a range or a list of rising numbers, or method: tpe.",
            With(Choice("cell", Word("rnn"), Word("gru")), Choice("layers", Whole(2), Whole(4), Whole(3))) with
            {
                Method = new(MethodKind.Gp, 5), Search = new(),
            }
        },
        {
            "budget.trials: found a tpe search of 1,998,000 trials with 2 replicates; expected at most 999,999; lower it, or lower",
            With(Range("layers", 1, 4)) with { Method = new(MethodKind.Tpe, 999_000), Search = new(), Replicates = 2 }
        },
        {
            "budget.trials: found 1001 for gp; expected at most 1,000, or method: tpe.",
            With(Range("layers", 1, 4)) with { Method = new(MethodKind.Gp, 1_001), Search = new() }
        },
        {
            "budget.time: found 0; expected seconds, such as 600, 30m or 2h, from 1 to 100,000,000.",
            Sound with { Budget = new(Time: 0) }
        },
        { "budget.target: found NaN; expected a number.", Sound with { Budget = new(Target: double.NaN) } },
        {
            "search.window: found 0; expected a whole number from 1 to 999,999.",
            With(Range("layers", 1, 4)) with { Method = new(MethodKind.Tpe, 5), Search = new(0) }
        },
        {
            "parameters: found a grid of 1,000,000 trials; expected at most 999,999;",
            With(Range("seed", 1, 1_000, step: 1), Range("epochs", 1, 1_000, step: 1))
        },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_spec_out_of_bounds_is_reported_with_key_and_value(string beginning, SweepSpec spec) =>
        Assert.StartsWith(beginning, Assert.Single(SpecRules.Problems(spec)).ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_sound_spec_has_no_mistake() => Assert.Empty(SpecRules.Problems(Sound));

    [Fact]
    public void Every_mistake_is_found_and_not_only_the_first()
    {
        var several = With(Choice("layers", Whole(0)), Choice("dropout", Whole(1)), Choice("cell", Word("gru")));
        Assert.Equal(
            ["parameters.layers", "parameters.dropout", "resources.slots"],
            SpecRules.Problems(several with { Resources = new(Slots: 0) }).Select(problem => problem.Path));
    }

    [Fact]
    public void A_trial_that_does_not_fit_its_text_is_reported_with_key_and_value()
    {
        Assert.Equal(
            "parameters.sequence_length: found 20; the text has 18 characters, so expected at most 17.",
            Misfit(Choice("batch_size", Word("full"))));
        Assert.Equal(
            "parameters.batch_size: found 13; with sequences of 2 the training set has 12 windows; expected at most those, or full.",
            Misfit(Choice("sequence_length", Whole(2)), Choice("batch_size", Whole(12), Whole(13))));
        Assert.Null(Misfit(Choice("sequence_length", Whole(2)), Choice("batch_size", Whole(12), Word("full"))));

        static string? Misfit(params Dimension[] dimensions) =>
            TextFit.Problems(SearchMethods.For(With(dimensions)).Trials(), Sound.Dataset, characters: 18).FirstOrDefault()?.ToString();
    }

    [Fact]
    public void A_text_must_have_characters_of_each_part_behind_the_longest_window_of_the_file()
    {
        Assert.Equal(
            "parameters.sequence_length: found 30; the text has 30 characters, so expected at most 29.", Misfit(30, SplitKind.Tail));
        Assert.Equal(
            "dataset.validation: found 0.5; "
                + "of 1 windows of 10 characters that leaves 0 to train on and 0 to validate with beside 1 for the test; each needs one.",
            Misfit(31, SplitKind.Random));
        Assert.Equal(
            "parameters.batch_size: found 9; with sequences of up to 30 the training set has 8 windows; expected at most those, or full.",
            Misfit(50, SplitKind.Tail));
        Assert.Null(Misfit(55, SplitKind.Tail));
        // With 10 characters before it, the first target of the trial with the short windows comes earlier.
        Assert.Null(Misfit(50, SplitKind.Windows, longest: 10));

        static string? Misfit(int characters, SplitKind split, int longest = 30)
        {
            var lengths = Choice("sequence_length", [.. new[] { 10, longest }.Distinct().Select(length => Whole(length))]);
            var spec = (Sound with
            {
                Parameters = Of(lengths, Choice("batch_size", Whole(9))),
                Dataset = Sound.Dataset with { Split = split, Validation = 0.5, Test = 0.1 },
            }).WithFirstTarget();
            return TextFit.Problems(SearchMethods.For(spec).Trials(), spec.Dataset, characters).FirstOrDefault()?.ToString();
        }
    }

    private static SweepSpec With(params Dimension[] dimensions) => Sound with { Parameters = new(dimensions) };
}
