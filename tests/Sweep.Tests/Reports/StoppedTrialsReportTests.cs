using Sweep.Client.Reports.Pages;
using Sweep.Domain.Stopping;
using Sweep.Domain.Trials;
using Sweep.Storage.Reading;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Reports;

/// <summary>Tests how reports show what stopping rules did.</summary>
public sealed class StoppedTrialsReportTests
{
    private const string Reason = "epoch 1: val_loss 2 is number 3 of 3 trials, of which the best goes on; it has 1";

    [Fact]
    public void The_report_has_the_rules_the_rungs_and_the_stopped_trials_with_their_reasons_and_no_mean_counts_them()
    {
        var spec = Spec(Of(Choice("cell", Word("rnn"), Word("lstm"), Word("gru")))) with { Stop = [new StopSpec.Asha(1, 3)] };
        var trials = ReportTrials.Of(spec, [1, 1.5, 2]);
        trials[2] = trials[2] with { State = TrialState.Stopped, EpochsDone = 1, Reason = Reason, Result = null };
        var contents = ReportPages.WithTrials(spec, trials) with { Rungs = [new Rung(1, Judged: 3, Stopped: 1, Bound: 1)] };

        var report = MarkdownReport.Of(contents);
        Assert.Contains("{ rule: asha, first: 1, factor: 3 }", report, StringComparison.Ordinal);
        Assert.Contains("1 of 3 trials were stopped;", report, StringComparison.Ordinal);
        Assert.Contains("| 1 | 3 | 2 | 1 | 1.000 |", report, StringComparison.Ordinal);
        Assert.Contains(Reason, report, StringComparison.Ordinal);
        Assert.Contains(
            "Rules stopped 1 of 3 trials before their last epochs; no mean counts them.", report, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], contents.Report.Rows.Select(row => row.Number));
        Assert.DoesNotContain("gru", contents.Report.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trial_that_waits_to_be_judged_says_so() => Assert.Equal(
        "waits after epoch 3 for trials that it is compared with",
        (ReportTrials.Of(Spec(Of(Choice("cell", Word("rnn")))), [1])[0] with { HeldAt = 3 }).Explanation);
}
