using System.Globalization;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Search;

public sealed class ConstraintTests
{
    [Theory]
    [InlineData("layers < 3", false)]
    [InlineData("layers <= 3", true)]
    [InlineData("layers > 2 and hidden_size >= 100", true)]
    [InlineData("layers > 3 and hidden_size >= 100", false)]
    [InlineData("layers > 3 or hidden_size >= 100", true)]
    [InlineData("layers == 3 AND NOT_A_NAME < 1 or hidden_size != 100", null)]
    [InlineData("layers = 3 && hidden_size <> 100", false)]
    [InlineData("layers == 1 || hidden_size == 100 and dropout < 0.5", true)]
    [InlineData("(layers == 1 || hidden_size == 100) and dropout > 0.5", false)]
    [InlineData("hidden_size * layers <= 300", true)]
    [InlineData("hidden_size + layers * 10 == 130", true)]
    [InlineData("(hidden_size - 100) / layers == 0", true)]
    [InlineData("layers / 2 == 1.5", true)]
    [InlineData("-layers < -2.5", true)]
    [InlineData("learning_rate == 1e-3", true)]
    [InlineData("layers / (hidden_size - 100) > 5", true)]
    [InlineData("batch_size < 1 or batch_size >= 1", false)]
    public void A_constraint_holds_by_arithmetic(string text, bool? expected)
    {
        var point = BuiltInParameters.Catalog.Complete(
            new Dictionary<string, ParameterValue>
            {
                ["layers"] = Whole(3),
                ["hidden_size"] = Whole(100),
                ["dropout"] = ParameterValue.Of(0.2),
                ["batch_size"] = Word("full"),
            },
            seed: 1);
        if (expected is null)
            Assert.Throws<ConstraintException>(() => Constraint.Parse(text, BuiltInParameters.Catalog));
        else
            Assert.Equal(expected, Constraint.Parse(text, BuiltInParameters.Catalog).Holds(point.ValueOf));
    }

    [Theory]
    [InlineData("")]
    [InlineData("layers")]
    [InlineData("3")]
    [InlineData("layers <")]
    [InlineData("1 < layers < 3")]
    [InlineData("layers % 2 == 0")]
    [InlineData("layers ^ 2 < 3")]
    [InlineData("layers ** 2 < 3")]
    [InlineData("50% < layers")]
    [InlineData("layers! < 3")]
    [InlineData("not layers < 3")]
    [InlineData("true")]
    [InlineData("cell == 'lstm'")]
    [InlineData("'a' == 'a'")]
    [InlineData("#2020-01-01# < layers")]
    [InlineData("Max(layers, 2) < 3")]
    [InlineData("layers in (1, 2)")]
    [InlineData("layers < 3 ? 1 : 2")]
    [InlineData("(layers < 3) + 1 < 2")]
    [InlineData("layers < 3 // comment")]
    [InlineData("1e999 > layers")]
    [InlineData("cell == 1")]
    [InlineData("fully_connected < 3")]
    [InlineData("seed < 3")]
    [InlineData("width < 3")]
    [InlineData("NaN < 3")]
    public void A_text_that_is_no_comparison_of_numbers_is_refused(string text) =>
        Assert.Throws<ConstraintException>(() => Constraint.Parse(text, BuiltInParameters.Catalog));

    [Fact]
    public void A_text_of_any_length_ends_in_an_answer()
    {
        foreach (var (opening, closing) in new[] { ("(", ")"), ("-", ""), ("layers < 3 or ", ""), ("1 + ", ""), ("[", "]"), ("a(", ")") })
        {
            foreach (var repeats in new[] { 10, 200, 100_000 })
            {
                var text = string.Concat(Enumerable.Repeat(opening, repeats)) + "layers"
                    + string.Concat(Enumerable.Repeat(closing, repeats)) + " < 3";
                try
                {
                    Assert.Equal(["layers"], Constraint.Parse(text, BuiltInParameters.Catalog).Parameters);
                }
                catch (ConstraintException)
                {
                    // It may be refused as well.
                }
            }
        }
    }

    [Fact]
    public void A_grid_with_constraints_has_the_trials_of_the_whole_grid_that_satisfy_them_in_their_order()
    {
        var space = Of(
            Choice("cell", Word("rnn"), Word("lstm")),
            Range("layers", 1, 4, step: 1),
            Choice("dropout", ParameterValue.Of(0.1), ParameterValue.Of(0.4)).When(("layers", [Whole(2), Whole(3)])),
            Choice("hidden_size", Whole(64), Whole(8), Whole(256)),
            Choice("weight_decay", Whole(0), ParameterValue.Of(0.1)),
            Choice("epochs", Whole(5), Whole(10)));
        foreach (string[] require in new string[][]
        {
            ["hidden_size * layers <= 256"],
            ["hidden_size * layers <= 256", "dropout < 0.2 or epochs > 5"],
            ["epochs > 5"],
            ["layers == 2"],
            ["layers + hidden_size + epochs + weight_decay + dropout < 20", "batch_size == 128"],
        })
        {
            var constrained = space with { Require = require };
            var constraints = new Constraints(constrained);
            var expected = new GridSearch(space, 7).Trials().Where(constraints.Allow).Select(trial => trial.ToJson()).ToList();
            Assert.NotEmpty(expected);
            Assert.Equal(expected, new GridSearch(constrained, 7).Trials().Select(trial => trial.ToJson()));
        }

        Assert.Equal(0, new GridSearch(space with { Require = ["batch_size != 128"] }, 7).Count);
    }

    [Theory]
    [InlineData(MethodKind.Grid)]
    [InlineData(MethodKind.Random)]
    [InlineData(MethodKind.Tpe)]
    public void A_constraint_that_nothing_satisfies_is_found_before_anybody_waits(MethodKind method)
    {
        // The grid has as many combinations of the constraint's parameters as a file may have, and the other parameters many more.
        var space = Of(
            Range("hidden_size", 1, 999, step: 1), Range("layers", 1, 100, step: 1), Range("learning_rate", 1e-4, 1, Scale.Log, count: 9));
        var spec = Spec(space with { Require = ["hidden_size * layers < 1"] }, new(method, method == MethodKind.Grid ? null : 100));
        var started = TimeOfThread();
        Assert.Contains(SpecRules.Problems(spec), problem => problem.ToString().StartsWith(
            "require: found hidden_size * layers < 1; expected a constraint that some ", StringComparison.Ordinal));
        // It takes a tenth of a second.
        Assert.InRange(TimeOfThread() - started, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Random_trials_with_a_constraint_are_spread_evenly_over_what_it_allows()
    {
        var space = Of(Range("dropout", 0, 0.9), Range("weight_decay", 0, 0.9)) with { Require = ["dropout + weight_decay <= 0.9"] };
        var trials = new RandomSearch(space, 3, 4000).TypedTrials().ToList();
        // In a triangle the mean of each coordinate is a third of its side, with a standard error of 0.0034 here.
        Assert.Equal(0.3, trials.Average(trial => trial.Dropout), 0.015);
        Assert.Equal(0.3, trials.Average(trial => trial.WeightDecay), 0.015);
        Assert.Equal(4000, trials.Select(trial => (trial.Dropout, trial.WeightDecay)).Distinct().Count());
    }

    [Fact]
    public void Cma_es_finds_a_point_that_lies_at_a_constraint()
    {
        // The lowest score of the bowl that is allowed is 0.045, at a weight decay of 0.55 and a clipping of 0.25.
        var space = BowlSpace.Space with { Require = ["weight_decay + gradient_clipping <= 0.8"] };
        var found = SearchRun.MedianOfBest(seed => new CmaEsSearch(space, seed, 200, new(1)), BowlSpace.Score, 7);
        Assert.InRange(found, 0.045, 0.055);
    }

    /// <summary>The processor time of the calling thread, in steps of a hundredth of a second.</summary>
    private static TimeSpan TimeOfThread()
    {
        // The fields after the name, which is in parentheses; the times in user and kernel mode are the 12th and 13th of them.
        var fields = File.ReadAllText("/proc/thread-self/stat").Split(") ")[^1].Split(' ');
        return TimeSpan.FromMilliseconds(fields[11..13].Sum(field => 10 * double.Parse(field, CultureInfo.InvariantCulture)));
    }
}
