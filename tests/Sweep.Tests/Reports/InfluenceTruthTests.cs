using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Simulation;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Reports;

/// <summary>
/// Holds reports against a known truth: losses are drawn from models with known effects. The benchmark <c>statistics</c> does the same with
/// thousands of sweeps.
/// </summary>
public sealed class InfluenceTruthTests
{
    private const int Sweeps = 200;

    [Theory]
    [InlineData(SimulatedDesign.Grid, 1)]
    [InlineData(SimulatedDesign.Grid, 3)]
    [InlineData(SimulatedDesign.Drawn, 1)]
    public void Without_any_effect_at_most_one_report_in_twenty_says_that_something_mattered(SimulatedDesign design, int replicates)
    {
        var share = SimulatedTruth.Share(Sweeps, design, replicates, SimulatedTruth.Nothing, SimulatedTruth.SaysThatSomethingMattered);
        // A share of 0.05 is observed with a standard error of 0.015.
        Assert.InRange(share, 0, 0.05 + (2 * 0.015));
    }

    [Theory]
    [InlineData(SimulatedDesign.Grid, 1)]
    [InlineData(SimulatedDesign.Grid, 3)]
    [InlineData(SimulatedDesign.Drawn, 1)]
    public void Known_effects_are_found_in_their_order(SimulatedDesign design, int replicates)
    {
        var share = SimulatedTruth.Share(
            Sweeps / 5, design, replicates, SimulatedTruth.CellBeforeLayers, SimulatedTruth.FindsCellBeforeLayers);
        Assert.InRange(share, 0.9, 1);
    }

    [Fact]
    public void An_effect_beside_a_far_larger_one_is_found()
    {
        // The layers' effect is a hundredth of the cells'. A test that counted the cells' effect as noise would not see it.
        var share = SimulatedTruth.Share(Sweeps / 4, SimulatedDesign.Grid, 1, SimulatedTruth.CellFarBeforeLayers, report =>
            report.Effects.Single(effect => effect.Parameter == "layers").Matters);
        Assert.InRange(share, 0.9, 1);
    }

    [Fact]
    public void Two_equal_effects_are_not_ordered()
    {
        var share = SimulatedTruth.Share(
            Sweeps / 4, SimulatedDesign.Grid, 1, SimulatedTruth.LayersLikeWidth, SimulatedTruth.SaysThatOneMatteredMost);
        // A share of 0.05 of 50 is observed with a standard error of 0.031.
        Assert.InRange(share, 0, 0.05 + (2 * 0.031));
    }

    [Fact]
    public void An_interaction_is_found_by_replicates_and_is_no_main_effect()
    {
        var share = SimulatedTruth.Share(
            Sweeps / 4, SimulatedDesign.Grid, 3, SimulatedTruth.OnlyTogether, SimulatedTruth.FindsOnlyTheInteraction);
        Assert.InRange(share, 0.85, 1);
    }

    [Fact]
    public void Intervals_of_points_cover_the_truth_in_95_of_100_cases()
    {
        var share = SimulatedTruth.Coverage(Sweeps, replicates: 5);
        // There are 2,400 intervals, with a standard error of 0.004.
        Assert.InRange(share, 0.94, 0.96);
    }

    [Fact]
    public void Equal_points_share_a_rank_and_different_ones_do_not()
    {
        var spec = Spec(Of(Choice("hidden_size", Whole(1), Whole(2), Whole(3), Whole(4)))) with { Replicates = 5 };
        var noise = new SimulatedNoise(1);
        var trials = ReportTrials.Of(spec, [.. Enumerable.Range(0, 20).Select(i => (i / 5 == 3 ? 1.0 : 2.0) + (0.01 * noise.Next()))]);
        var points = SweepReport.Of(spec, trials).Points;
        Assert.Equal([Whole(4)], points.Where(point => point.Rank == 1).Select(point => point.Parameters.ValueOf("hidden_size")));
        Assert.Equal([1, 2, 2, 2], points.Select(point => point.Rank!.Value));
    }

    [Fact]
    public void A_seed_is_no_hyperparameter()
    {
        var spec = Spec(Of(Choice("layers", Whole(1), Whole(2)), Choice("seed", Whole(1), Whole(2), Whole(3))));
        // The seeds make all of the difference. The points' means are equal.
        var report = SweepReport.Of(spec, ReportTrials.Of(spec, [1, 2, 3, 1, 2, 3]));
        Assert.Equal(["layers"], report.Effects.Select(effect => effect.Parameter));
        Assert.Equal("No parameter mattered: each one's values have the same mean val_loss.", report.Verdict);
        Assert.Equal([3, 3], report.Points.Select(point => point.Objective!.Count));
        Assert.DoesNotContain("seed", report.Answer, StringComparison.Ordinal);
        Assert.Equal(
            "The best of 2 points (6 trials that succeeded) is layers 1: mean val_loss 2 (95 % interval -0.4841 to 4.484, 3 trials). " +
                "Another point is not told apart from it.",
            report.Answer);
    }

    [Fact]
    public void A_parameter_that_changes_only_with_another_one_is_merged_with_it()
    {
        var spec = Spec(
            Of(
                Choice("layers", Whole(1), Whole(2)),
                Choice("cell", Word("rnn"), Word("gru"), Word("lstm")),
                Choice("dropout", ParameterValue.Of(0.2)).When(("layers", [Whole(2)]))));
        var report = SweepReport.Of(spec, ReportTrials.Of(spec, [1, 2, 3, 1.5, 2.4, 3.6]));
        Assert.Equal(["cell", "layers"], report.Effects.Select(effect => effect.Parameter));
        Assert.Equal(["dropout"], report.Effects[1].ChangesWith);
        Assert.Contains(
            "dropout changed only together with layers: what the two did cannot be told apart, and layers stands for both.", report.Notes);
        Assert.NotNull(report.Decomposition);
    }

    [Fact]
    public void A_parameter_that_another_one_determines_is_part_of_it()
    {
        var spec = Spec(
            Of(
                Choice("cell", Word("rnn"), Word("gru"), Word("lstm")),
                Choice("layers", Whole(1), Whole(2)),
                Choice("dropout", ParameterValue.Of(0.2)).When(("cell", [Word("gru"), Word("lstm")]))));
        var report = SweepReport.Of(spec, ReportTrials.Of(spec, [1, 2, 3, 1.5, 2.4, 3.6]));
        Assert.Equal(["cell", "layers"], report.Effects.Select(effect => effect.Parameter).Order());
        Assert.Contains("cell determines dropout: what dropout did is part of what cell did.", report.Notes);
    }

    [Fact]
    public void The_verdict_names_what_is_told_apart_from_chance_even_where_more_values_explain_more()
    {
        // Of eight lengths with two trials each the share is often larger than that of two cells, but so is that of chance.
        var spec = Spec(Of(
            Choice("cell", Word("rnn"), Word("gru")),
            Choice("sequence_length", [.. Enumerable.Range(1, 8).Select(length => Whole(length))])));
        var reports = Enumerable.Range(1, 60)
            .Select(Report)
            .Where(report => Effect(report, "cell").Matters && !Effect(report, "sequence_length").Matters)
            .Where(report => Effect(report, "sequence_length").Explained > Effect(report, "cell").Explained)
            .ToList();
        Assert.NotEmpty(reports);
        Assert.All(reports, report => Assert.StartsWith("cell mattered", report.Verdict, StringComparison.Ordinal));
        Assert.All(reports, report => Assert.Equal("cell", report.Effects[0].Parameter));

        SweepReport Report(int seed)
        {
            var noise = new SimulatedNoise(seed);
            double[] lengths = [.. Enumerable.Range(0, 8).Select(_ => noise.Next())];
            return SweepReport.Of(spec, ReportTrials.Of(
                spec, [.. Enumerable.Range(0, 16).Select(trial => 100 + (trial / 8 * 1.6) + lengths[trial % 8] + noise.Next())]));
        }

        static ParameterEffect Effect(SweepReport report, string name) => report.Effects.Single(effect => effect.Parameter == name);
    }

    [Fact]
    public void One_parameter_is_tested_by_its_replicates()
    {
        var spec = Spec(Of(Choice("hidden_size", Whole(1), Whole(2), Whole(3)))) with { Replicates = 3 };
        double[] losses = [1, 1.1, 1.2, 5, 5.1, 5.2, 9, 9.1, 9.2];
        var effect = Assert.Single(SweepReport.Of(spec, ReportTrials.Of(spec, losses)).Effects);
        // Between the means 1.1, 5.1 and 9.1 there are 96 squares, within each 0.02.
        Assert.Equal((96 - (2 * 0.01)) / (96.06 + 0.01), effect.Explained!.Value, 1e-9);
        Assert.True(effect.Matters);
        var report = SweepReport.Of(spec, [.. ReportTrials.Of(spec, losses).Select((trial, index) =>
            index == 4 ? trial with { State = Domain.Trials.TrialState.Failed, BestValue = null } : trial)]);
        Assert.True(Assert.Single(report.Effects).Matters);
        Assert.Null(report.Decomposition);
    }

    [Fact]
    public void Of_a_number_that_follows_from_the_parameters_nothing_is_chance()
    {
        var spec = Spec(Of(Choice("cell", Word("rnn"), Word("gru"), Word("lstm")), Choice("layers", Whole(1), Whole(2))));
        // The models' sizes are 10, 20, 30, 40, 50 and 60, so their mean is 35 and the sum of squares 1750.
        var report = SweepReport.Of(spec, ReportTrials.Of(spec, [1, 2, 3, 1.5, 2.4, 3.6]));
        var size = report.Measures.Single(influence => influence.Measure.Name == "model_bytes");
        Assert.All(size.Effects, effect => Assert.Null(effect.Probability));
        var means = spec.Parameters.Varying.ToDictionary(name => name, name => SearchMethods.For(spec).Trials().Index()
            .GroupBy(trial => trial.Item.ValueOf(name), trial => 10.0 * (trial.Index + 1))
            .Sum(group => group.Count() * (group.Average() - 35) * (group.Average() - 35)) / 1750);
        Assert.All(size.Effects, effect => Assert.Equal(means[effect.Parameter], effect.Explained!.Value, 1e-9));
        Assert.Equal(1, means.Values.Sum(), 1e-9);
    }

    [Fact]
    public void A_parameters_share_is_the_textbooks_omega_squared()
    {
        // Two cells and two layers, each combination with three seeds.
        double[] losses = [2.0, 2.1, 2.3, 3.0, 3.2, 2.8, 1.0, 1.4, 1.1, 4.0, 4.1, 3.7];
        var spec = Spec(Of(Choice("cell", Word("rnn"), Word("gru")), Choice("layers", Whole(1), Whole(2)))) with { Replicates = 3 };
        var report = SweepReport.Of(spec, ReportTrials.Of(spec, losses));
        var mean = losses.Average();
        var cells = losses.Chunk(3).Select(seeds => seeds.Average()).ToList();
        var (rnn, gru) = ((cells[0] + cells[1]) / 2, (cells[2] + cells[3]) / 2);
        var (one, two) = ((cells[0] + cells[2]) / 2, (cells[1] + cells[3]) / 2);
        var byCell = 6 * (Square(rnn - mean) + Square(gru - mean));
        var byLayers = 6 * (Square(one - mean) + Square(two - mean));
        var together = 3 * (Square(cells[0] - rnn - one + mean) + Square(cells[1] - rnn - two + mean)
            + Square(cells[2] - gru - one + mean) + Square(cells[3] - gru - two + mean));
        var within = losses.Select((loss, index) => Square(loss - cells[index / 3])).Sum() / 8;
        var total = losses.Sum(loss => Square(loss - mean));
        double[] expected = [Omega(byCell), Omega(byLayers), Omega(together)];
        Assert.Equal(expected[0], report.Effects.Single(effect => effect.Parameter == "cell").Explained!.Value, 10);
        Assert.Equal(expected[1], report.Effects.Single(effect => effect.Parameter == "layers").Explained!.Value, 10);
        Assert.Equal(
            expected.OrderDescending(), report.Decomposition!.Shares.Select(share => share.Share), (a, b) => Math.Abs(a - b) < 1e-10);
        Assert.Equal(1 - expected.Sum(), report.Decomposition.Rest, 10);

        double Omega(double squares) => Math.Max(0, (squares - within) / (total + within));
        static double Square(double number) => number * number;
    }

    [Fact]
    public void In_a_design_with_gaps_a_parameter_has_what_it_adds_to_the_others()
    {
        var spec = Spec(
            Of(
                Choice("cell", Word("rnn"), Word("gru")),
                Choice("layers", Whole(1), Whole(2)),
                Range("learning_rate", 0.001, 0.1, Scale.Log)),
            new(MethodKind.Random, 24));
        var drawn = SearchMethods.For(spec).TypedTrials().ToList();
        bool[] gru = [.. drawn.Select(trial => trial.Cell == CellKind.Gru)];
        bool[] deep = [.. drawn.Select(trial => trial.Layers == 2)];
        var sorted = drawn.Select(trial => trial.LearningRate).Order().ToList();
        bool[][] quarters =
        [
            .. new[] { 1, 2, 3 }.Select(quarter => drawn.Select(trial => sorted.IndexOf(trial.LearningRate) / 6 == quarter).ToArray()),
        ];
        var noise = new SimulatedNoise(7);
        double[] losses = [.. drawn.Select(trial => 5 + trial.Layers + (2 * (int)trial.Cell) - (3 * trial.LearningRate) + noise.Next())];

        var report = SweepReport.Of(spec, ReportTrials.Of(spec, losses));
        var rest = Residuals(losses, [gru, deep, .. quarters]);
        var mean = rest / (24 - 6);
        var total = Residuals(losses);
        foreach (var (parameter, freedom, without) in new (string, int, bool[][])[]
            { ("cell", 1, [deep, .. quarters]), ("layers", 1, [gru, .. quarters]), ("learning_rate", 3, [gru, deep]) })
        {
            var squares = Residuals(losses, without) - rest;
            Assert.Equal(
                Math.Max(0, (squares - (freedom * mean)) / (total + mean)),
                report.Effects.Single(effect => effect.Parameter == parameter).Explained!.Value,
                9);
        }
    }

    /// <summary>The squares that least squares on a mean and some indicators leave, by Gram and Schmidt.</summary>
    private static double Residuals(double[] values, params bool[][] indicators)
    {
        var basis = new List<double[]>();
        foreach (var column in indicators.Select(set => set.Select(on => on ? 1.0 : 0).ToArray()).Prepend([.. values.Select(_ => 1.0)]))
        {
            var left = Without(column);
            var length = Math.Sqrt(left.Sum(number => number * number));
            basis.Add([.. left.Select(number => number / length)]);
        }

        return Without(values).Sum(number => number * number);

        double[] Without(double[] column) => basis.Aggregate(column, (rest, unit) =>
        {
            var part = rest.Zip(unit, (a, b) => a * b).Sum();
            return [.. rest.Zip(unit, (a, b) => a - (part * b))];
        });
    }
}
