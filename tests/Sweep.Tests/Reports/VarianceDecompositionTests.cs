using Sweep.Domain.Reports;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Reports;

public sealed class VarianceDecompositionTests
{
    private static readonly SweepSpec TwoByTwo = Spec(Of(Choice("cell", Word("rnn"), Word("gru")), Choice("layers", Whole(1), Whole(2))));

    [Fact]
    public void Main_effects_and_interactions_are_those_worked_out_by_hand()
    {
        // The losses are 2 and 3 for rnn with 1 and 2 layers, 1 and 4 for gru. The mean is 2.5, and the total variation is
        // 0.25 + 0.25 + 2.25 + 2.25 = 5. The cells' means are both 2.5, which explains 0. The layers' means are 1.5 and 3.5, which
        // explains 4 · 1 = 4. What is left for the pair is ±0.5 in each trial, so 4 · 0.25 = 1, which with one trial a combination is all
        // that chance can be told by: ω² of the layers is (4 − 1) / (5 + 1).
        var parts = Decompose(TwoByTwo, [2, 3, 1, 4])!;
        Assert.Equal(["layers", "cell"], parts.Shares.Select(share => string.Join(" × ", share.Parameters)));
        Assert.Equal([0.5, 0], parts.Shares.Select(share => Math.Round(share.Share, 12)));
        Assert.Equal(0.5, parts.Rest, 12);
    }

    [Fact]
    public void The_effect_that_only_three_parameters_have_together_is_the_rest()
    {
        var spec = Spec(
            Of(Choice("cell", Word("rnn"), Word("gru")), Choice("layers", Whole(1), Whole(2)), Choice("hidden_size", Whole(8), Whole(9))));
        // The loss depends on the product of three signs, so no mean over one or two parameters differs from the overall mean.
        var parts = Decompose(spec, [1, 2, 2, 1, 2, 1, 1, 2])!;
        Assert.Equal(6, parts.Shares.Count);
        Assert.All(parts.Shares, share => Assert.Equal(0, share.Share, 12));
        Assert.Equal(1, parts.Rest, 12);
    }

    [Fact]
    public void A_main_effect_is_the_same_in_effects_and_decomposition()
    {
        var report = SweepReport.Of(TwoByTwo, ReportTrials.Of(TwoByTwo, [2.0, 2.2, 1.0, 1.3]));
        foreach (var effect in report.Effects)
        {
            var main = report.Decomposition!.Shares.Single(share => share.Parameters is [var only] && only == effect.Parameter);
            Assert.Equal(effect.Explained!.Value, main.Share, 12);
        }
    }

    [Fact]
    public void There_is_no_decomposition_where_the_shares_would_not_add_up()
    {
        Assert.Null(Decompose(TwoByTwo, [2, 3, 1]));
        Assert.Null(Decompose(TwoByTwo, [2, 3, 1, double.NaN]));
        Assert.Null(Decompose(TwoByTwo, [1, 1, 1, 1]));
        Assert.Null(Decompose(Spec(Of(Choice("cell", Word("rnn"), Word("gru")))), [1, 2]));
        var trials = ReportTrials.Of(TwoByTwo, [2, 3, 1, 4]);
        trials[3] = trials[3] with { State = TrialState.Failed };
        Assert.Null(SweepReport.Of(TwoByTwo, trials).Decomposition);
    }

    private static VarianceDecomposition? Decompose(SweepSpec spec, double[] losses) =>
        SweepReport.Of(spec, ReportTrials.Of(spec, losses)).Decomposition;
}
