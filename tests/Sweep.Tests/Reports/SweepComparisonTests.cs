using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Reports;

public sealed class SweepComparisonTests
{
    private static readonly Dimension Cells = Choice("cell", Word("rnn"), Word("lstm"), Word("gru"));

    [Fact]
    public void Trials_are_paired_by_the_parameters_that_vary_in_either_sweep()
    {
        var here = Report(Spec(Of(Cells, Choice("hidden_size", Whole(64)))), [3, 2, 1]);
        // The other sweep varies the layers too, and has the cells in another order.
        var layers = Choice("layers", Whole(2), Whole(1));
        var there = Report(Spec(Of(layers, Choice("cell", Word("gru"), Word("rnn")), Choice("hidden_size", Whole(32)))), [9, 9, 0.5, 3.5]);
        var comparison = SweepComparison.Of("a", here, "b", there);
        Assert.Equal(["cell", "layers"], comparison.Parameters.Select(definition => definition.Name));
        Assert.Equal([(3, 3), (1, 4)], comparison.Pairs.Select(pair => (pair.Here.Number, pair.There.Number)));
        Assert.Equal("Of 2 pairs of trials with the same values a is better in 1, b in 1; mean val_loss 2 and 2.", comparison.Verdict);
        Assert.Equal(["hidden_size is 64 in a and 32 in b.", "1 of 3 trials of a and 2 of 4 of b have no partner."], comparison.Notes);
    }

    [Fact]
    public void Several_trials_with_the_same_values_are_paired_in_the_order_of_their_numbers()
    {
        var spec = Spec(Of(Cells));
        var trials = ReportTrials.Of(spec, [3, 2, 1]);
        var twice = SweepReport.Of(spec, [.. trials, .. trials.Select(trial => trial with { Number = trial.Number + 3 })]);
        var comparison = SweepComparison.Of("a", twice, "b", Report(spec, [3, 2, 1]));
        Assert.Equal([(3, 3), (2, 2), (1, 1)], comparison.Pairs.Select(pair => (pair.Here.Number, pair.There.Number)));
        Assert.Contains("3 are equal", comparison.Verdict);
    }

    [Fact]
    public void Different_texts_splits_and_objectives_are_noted()
    {
        var here = Spec(Of(Cells));
        var verse = new DatasetSpec("verse", new string('1', 64), SplitKind.Tail, 0.1);
        var there = here with { Dataset = verse, Objective = new(Metric.ValAccuracy, Goal.Maximize) };
        var comparison = SweepComparison.Of("a", Report(here, [3, 2, 1]), "b", Report(there, [3, 2, 1]));
        Assert.Equal(
            [
                "They train on different texts: text and verse.",
                "Their splits differ: windows with 20 % held out and tail with 10 % held out.",
                "Their objectives differ, so their best epochs are chosen differently: minimize val_loss and maximize val_accuracy.",
            ],
            comparison.Notes);
    }

    [Theory]
    [InlineData(SplitKind.Windows, 42, 42, 30, 20, null)]
    [InlineData(SplitKind.Windows, 42, 43, 30, 30, null)]
    [InlineData(SplitKind.Tail, 42, 43, 30, 30, null)]
    [InlineData(SplitKind.Tail, 42, 42, 30, 20, "Their splits are of the same kind, but hold out other characters of the text.")]
    [InlineData(SplitKind.Random, 42, 43, 30, 30, "Their splits are of the same kind, but hold out other characters of the text.")]
    public void Other_characters_that_are_held_out_are_noted(
        SplitKind split, long seed, long other, int longest, int otherLongest, string? note)
    {
        var (here, there) = (Report(Sweep(seed, longest), [3, 2]), Report(Sweep(other, otherLongest), [3, 2]));
        var notes = SweepComparison.Of("a", here, "b", there).Notes;
        Assert.Equal(note, notes.SingleOrDefault(found => found.StartsWith("Their splits", StringComparison.Ordinal)));

        SweepSpec Sweep(long seed, int longest) =>
            (Spec(Of(Choice("sequence_length", Whole(10), Whole(longest))), split: split) with { Seed = seed }).WithFirstTarget();
    }

    [Fact]
    public void Splits_that_differ_in_their_test_are_noted()
    {
        var here = Spec(Of(Cells), split: SplitKind.Tail);
        var there = here with { Dataset = here.Dataset with { Test = 0.1 } };
        Assert.Equal(
            ["Their splits differ: tail with 20 % held out and tail with 20 % held out and 10 % for the test."],
            SweepComparison.Of("a", Report(here, [3, 2, 1]), "b", Report(there, [3, 2, 1])).Notes);
    }

    [Fact]
    public void Sweeps_without_a_pair_have_nothing_to_compare() => Assert.Equal(
        "No trial of a and of b with the same values have both succeeded, so there is nothing to compare.",
        SweepComparison.Of("a", Report(Spec(Of(Cells)), [3, 2, 1]), "b", Report(Spec(Of(Cells)), [])).Verdict);

    private static SweepReport Report(SweepSpec spec, double[] losses) => SweepReport.Of(spec, ReportTrials.Of(spec, losses));
}
