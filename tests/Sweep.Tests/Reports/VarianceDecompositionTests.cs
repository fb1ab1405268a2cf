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
        // rnn 1: 2, rnn 2: 3, gru 1: 1, gru 2: 4. Mean 2.5, V = 0.25 + 0.25 + 2.25 + 2.25 = 5.
        // Cells: 2.5 and 2.5, so 0. Layers: 1.5 and 3.5, so 4 · 1 = 4. Left for the pair: ±0.5 in each, 4 · 0.25 = 1.
        var parts = Decompose(TwoByTwo, [2, 3, 1, 4])!;
        Assert.Equal(["layers", "cell × layers", "cell"], parts.Shares.Select(share => string.Join(" × ", share.Parameters)));
        Assert.Equal([0.8, 0.2, 0], parts.Shares.Select(share => Math.Round(share.Share, 12)));
        Assert.Equal(0, parts.Rest, 12);
    }

    [Fact]
    public void What_only_three_parameters_do_together_is_the_rest()
    {
        var spec = Spec(Of(Choice("cell", Word("rnn"), Word("gru")), Choice("layers", Whole(1), Whole(2)), Choice("hidden_size", Whole(8), Whole(9))));
        // The product of three signs: no mean over one or two parameters differs from the overall mean.
        var parts = Decompose(spec, [1, 2, 2, 1, 2, 1, 1, 2])!;
        Assert.Equal(6, parts.Shares.Count);
        Assert.All(parts.Shares, share => Assert.Equal(0, share.Share, 12));
        Assert.Equal(1, parts.Rest, 12);
    }

    [Fact]
    public void A_main_effect_is_the_correlation_ratio()
    {
        var report = SweepReport.Of(TwoByTwo, ReportTrials.Of(TwoByTwo, [2.0, 2.2, 1.0, 1.3]));
        foreach (var effect in report.Effects)
            Assert.Equal(effect.Explained!.Value, report.Decomposition!.Shares.Single(share => share.Parameters is [var only] && only == effect.Parameter).Share, 12);
    }

    [Fact]
    public void It_is_null_where_the_sum_would_not_hold()
    {
        Assert.Null(Decompose(TwoByTwo, [2, 3, 1]));
        Assert.Null(Decompose(TwoByTwo, [2, 3, 1, double.NaN]));
        Assert.Null(Decompose(TwoByTwo, [1, 1, 1, 1]));
        Assert.Null(Decompose(Spec(Of(Choice("cell", Word("rnn"), Word("gru")))), [1, 2]));
        var trials = ReportTrials.Of(TwoByTwo, [2, 3, 1, 4]);
        trials[3] = trials[3] with { State = TrialState.Failed };
        Assert.Null(SweepReport.Of(TwoByTwo, trials).Decomposition);
    }

    private static VarianceDecomposition? Decompose(SweepSpec spec, double[] losses) => SweepReport.Of(spec, ReportTrials.Of(spec, losses)).Decomposition;
}
