using Sweep.Client.Reports.Pages;
using Sweep.Domain.Reports;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Tests.Client;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Reports;

/// <summary>Makes the contents of a report's page without a database.</summary>
internal static class ReportPages
{
    public static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Makes a page whose sample, reasons, detail, worker and dataset are all <paramref name="text"/>.</summary>
    public static ReportContents With(string text)
    {
        var spec = Spec(Of(Choice("cell", Word("rnn"), Word("lstm"), Word("gru"))));
        spec = spec with { Dataset = spec.Dataset with { Name = text } };
        var trials = ReportTrials.Of(spec, [2, 1.5, 1]);
        trials[0] = trials[0] with { Result = trials[0].Result! with { Sample = text, Prompt = text } };
        trials[2] = trials[2] with { State = TrialState.Failed, Reason = text, Result = null };
        return new(
            Samples.Overview(spec, succeeded: 2, trials: 3), SweepReport.Of(spec, trials), new(400, 6, 400),
            [new(1, new EpochMetrics(1, 2, 2, 0.5, 0.1, 1, 1), 1), new(1, new EpochMetrics(2, 1, 1.5, 0.5, 0.1, 1, 1), 2)],
            [new("failed", text, 1, 1, text)], [new(text, text, [text], 3)], null, "15.6", Now, []);
    }

    /// <summary>Makes a page of these trials, without curves, events and places.</summary>
    public static ReportContents WithTrials(SweepSpec spec, IReadOnlyList<TrialSummary> trials) => new(
        Samples.Overview(spec, succeeded: trials.Count, trials: trials.Count), SweepReport.Of(spec, trials), new(400, 6, 400), [], [], [],
        null, "15.6", Now, []);
}
