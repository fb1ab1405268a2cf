using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Reports;

/// <summary>What a program has reported.</summary>
public static class ReportedMetrics
{
    /// <summary>The metrics of the best and the last epochs: the objective first, then the others by name.</summary>
    /// <returns>Null where the built-in model trains, whose metrics are always the same.</returns>
    public static IReadOnlyList<Metric>? Of(SweepSpec spec, IEnumerable<TrialSummary> trials) => spec.Program is null ? null : InOrder(
        spec.Objective.Metric,
        trials.SelectMany(trial => new[] { trial.Best, trial.Last }).OfType<ProgramMetrics>().SelectMany(epoch => epoch.Values.Keys));

    /// <summary>Each metric once: the objective first, then the others by name.</summary>
    public static IReadOnlyList<Metric> InOrder(Metric objective, IEnumerable<string> names) =>
    [
        objective,
        .. names.Where(name => name != objective.Name).Distinct().Order(StringComparer.Ordinal).Select(name => new Metric(name)),
    ];
}
