using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Reports;

/// <summary>A number that each trial ends with, and on which the influence of parameters is reported.</summary>
/// <param name="Name">As in tables and JSON.</param>
/// <param name="Unit">Empty where it has none.</param>
/// <param name="Goal">Which way is better.</param>
/// <param name="Read">Null when the trial has no such number.</param>
/// <param name="IsCounted">Whether the number follows from the parameters alone, so that no chance is in it.</param>
public sealed record ReportMeasure(string Name, string Unit, Goal Goal, Func<TrialSummary, double?> Read, bool IsCounted = false)
{
    private static readonly ReportMeasure[] OnTest =
    [
        new("test_loss", UnitOf(Metric.ValLoss), Goal.Minimize, trial => trial.Result?.Test?.Loss),
        new("test_accuracy", "", Goal.Maximize, trial => trial.Result?.Test?.Accuracy),
    ];

    private static readonly ReportMeasure[] Costs =
    [
        new("train_seconds", "s", Goal.Minimize, trial => trial.Result?.TrainSeconds),
        new("inference_ms", "ms", Goal.Minimize, trial => trial.Result?.InferenceMilliseconds),
        new("macs", "", Goal.Minimize, trial => trial.Result?.Macs, IsCounted: true),
        new("model_bytes", "bytes", Goal.Minimize, trial => trial.Result?.ModelBytes, IsCounted: true),
    ];

    /// <summary>
    /// The objective, then the other metrics of the epoch that is best by it, those on the test part where there is one, and what a trial
    /// costs.
    /// </summary>
    internal static IReadOnlyList<ReportMeasure> Of(SweepSpec spec) =>
    [
        new(spec.Objective.Metric.Name, UnitOf(spec.Objective.Metric), spec.Objective.Goal, trial => trial.BestValue),
        .. new[] { Metric.ValLoss, Metric.ValAccuracy, Metric.Perplexity }
            .Where(metric => metric != spec.Objective.Metric)
            .Select(metric => new ReportMeasure(
                metric.Name, UnitOf(metric), BuiltInMetrics.Catalog.Of(metric).Goal, trial => trial.Best?.Find(metric))),
        .. spec.Dataset.Test > 0 ? OnTest : [],
        .. Costs,
    ];

    private static string UnitOf(Metric metric) => BuiltInMetrics.Catalog.Find(metric)?.Unit ?? "";
}
