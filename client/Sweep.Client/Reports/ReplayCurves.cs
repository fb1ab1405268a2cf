using Sweep.Client.Clusters;
using Sweep.Domain.Reports;
using Sweep.Domain.Stopping;
using Sweep.Domain.Trials;
using Sweep.Storage.Reading;

namespace Sweep.Client.Reports;

/// <summary>The stored curves of a sweep that stopping rules can be replayed on.</summary>
internal static class ReplayCurves
{
    /// <summary>Why nothing can be replayed; null where it can.</summary>
    /// <param name="trials">All trials of the sweep.</param>
    public static string? Problem(SweepOverview sweep, IReadOnlyList<TrialSummary> trials)
    {
        var used = Used(trials).ToList();
        return used.Find(trial => trial.State == TrialState.Stopped) is { } stopped
            ? $"{sweep.Name}/{stopped.Number}: found a trial that a stopping rule ended; expected trials with all their epochs."
            : used.Find(trial => trial.PrunedAt is not null) is { } pruned
                ? $"{sweep.Name}/{pruned.Number}: found a trial whose epochs were pruned; expected trials with all their epochs."
                : used.Count == 0 ? $"{sweep.Name}: found no trial with an epoch; expected at least one." : null;
    }

    /// <summary>The curves of the trials, or of their points, that trained to their ends or failed by themselves.</summary>
    public static async Task<IReadOnlyList<TrialCurve>> ReadAsync(
        Cluster cluster, SweepOverview sweep, IReadOnlyList<TrialSummary> trials, CancellationToken cancellation)
    {
        var objective = sweep.Spec.Objective;
        var scores = Used(trials).ToDictionary(trial => trial.Number, _ => new List<double>());
        await foreach (var (number, _, epoch) in cluster.Reader.EpochsAsync(sweep.Id, null, cancellation))
            scores.GetValueOrDefault(number)?.Add(objective.Score(epoch.Value(objective.Metric)));
        return
        [
            .. Used(trials).Where(trial => scores[trial.Number].Count > 0)
                .OrderBy(trial => trial.Number)
                .GroupBy(
                    trial => (trial.Number - 1) / sweep.Spec.TrialsPerPoint,
                    trial => new TrialCurve(scores[trial.Number], trial.MostEpochs))
                .Select(point => sweep.Spec.TrialsPerPoint == 1 ? point.Single() : TrialCurve.OfPoint([.. point])),
        ];
    }

    private static IEnumerable<TrialSummary> Used(IReadOnlyList<TrialSummary> trials) =>
        trials.Where(trial => trial.State is not TrialState.Cancelled && trial.EpochsDone > 0);
}
