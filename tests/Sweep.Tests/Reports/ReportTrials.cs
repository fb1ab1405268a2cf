using Sweep.Domain.Reports;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Reports;

/// <summary>Makes the trials of a spec with given results.</summary>
internal static class ReportTrials
{
    /// <summary>
    /// Makes trials that all succeeded with these validation losses. Trial n took <c>cost(n)</c> seconds, and its model has ten times as
    /// many bytes.
    /// </summary>
    public static List<TrialSummary> Of(SweepSpec spec, double[] losses, Func<int, double>? cost = null) =>
    [
        .. SearchMethods.For(spec).Trials().Zip(losses).Select((pair, index) =>
        {
            var seconds = cost?.Invoke(index + 1) ?? index + 1;
            var best = new EpochMetrics(7, pair.Second / 2, pair.Second, 1 / (1 + pair.Second), 0.1, 1, 1);
            var value = best.Value(spec.Objective.Metric);
            return new TrialSummary(
                index + 1, pair.First, TrialState.Succeeded, 1, 20, value, spec.Objective.Score(value), best, best,
                new TrialResult(seconds, 1, 1, 100, (long)(10 * seconds), 1, 1, 1, 1, "To be"), null, null);
        }),
    ];
}
