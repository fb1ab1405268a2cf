using Sweep.Domain.Trials;

namespace Sweep.Domain.Sweeps;

/// <summary>
/// What one of several objectives may name: a metric of each epoch, whose value is that of the trial's best epoch, or a number that a trial
/// ends with.
/// </summary>
public static class ObjectiveMetrics
{
    /// <summary>The most objectives of a sweep. With more, hardly any trial is worse than another in all of them.</summary>
    public const int Most = 4;

    /// <summary>What a name must be, in words that finish the sentence "expected …".</summary>
    public static string Expectation =>
        $"{BuiltInMetrics.Catalog.Expectation}, {string.Join(", ", ResultMeasure.All.Select(measure => measure.Metric))}";

    /// <summary>Which way is better, where the sweep file does not say; null when nothing has this name.</summary>
    public static Goal? DefaultGoal(Metric metric) => BuiltInMetrics.Catalog.Find(metric)?.Goal ?? ResultMeasure.Find(metric)?.Goal;

    /// <summary>Whether it is a time, so that another run of the same trial has another one.</summary>
    public static bool IsTimed(Objective objective) => ResultMeasure.Find(objective.Metric) is { IsTimed: true };

    public static bool IsOfEpochs(Metric metric) => BuiltInMetrics.Catalog.Find(metric) is not null;

    /// <summary>
    /// The objective by which the best epoch of a trial is chosen: the first that each epoch has; null when there is none.
    /// </summary>
    public static Objective? OfEpochs(IReadOnlyList<Objective> objectives) =>
        objectives.FirstOrDefault(objective => IsOfEpochs(objective.Metric));

    /// <param name="best">The trial's best epoch.</param>
    /// <returns>Null where the trial has no such number, or one that is not finite.</returns>
    public static double? Value(Metric metric, EpochReport? best, TrialResult? result)
    {
        var value = best?.Find(metric) ?? (result is null ? null : ResultMeasure.Find(metric)?.Read(result));
        return value is { } number && double.IsFinite(number) ? number : null;
    }
}
