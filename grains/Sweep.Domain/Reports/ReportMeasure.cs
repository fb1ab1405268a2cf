using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Reports;

/// <summary>A number that each trial ends with, and on which the influence of parameters is reported.</summary>
/// <param name="Name">As in tables and JSON.</param>
/// <param name="Unit">Empty where it has none.</param>
/// <param name="Goal">Which way is better; null where nobody has said it.</param>
/// <param name="Read">Null when the trial has no such number.</param>
/// <param name="IsCounted">Whether the number follows from the parameters alone, so that no chance is in it.</param>
public sealed record ReportMeasure(string Name, string Unit, Goal? Goal, Func<TrialSummary, double?> Read, bool IsCounted = false)
{
    /// <summary>Of how many metrics of a program, beside the objective, influence is reported.</summary>
    public const int MostOthers = 11;

    private static readonly ReportMeasure[] OnTest =
    [
        new("test_loss", UnitOf(Metric.ValLoss), Trials.Goal.Minimize, trial => trial.Result?.Test?.Loss),
        new("test_accuracy", "", Trials.Goal.Maximize, trial => trial.Result?.Test?.Accuracy),
    ];

    private static readonly ReportMeasure TrainSeconds = new("train_seconds", "s", Trials.Goal.Minimize, trial => trial.TrainSeconds);

    private static readonly ReportMeasure[] CostsOfProgram =
    [
        TrainSeconds,
        new("train_processor_seconds", "s", Trials.Goal.Minimize, trial => trial.TrainProcessorSeconds),
        new("peak_memory_bytes", "bytes", Trials.Goal.Minimize, trial => trial.PeakMemoryBytes),
    ];

    private static readonly ReportMeasure[] Costs =
    [
        TrainSeconds,
        new("inference_ms", "ms", Trials.Goal.Minimize, trial => trial.Result?.InferenceMilliseconds),
        new("macs", "", Trials.Goal.Minimize, trial => trial.Result?.Macs, IsCounted: true),
        new("model_bytes", "bytes", Trials.Goal.Minimize, trial => trial.Result?.ModelBytes, IsCounted: true),
    ];

    /// <summary>
    /// The objective, then the other metrics of the epoch that is best by it, those on the test part where there is one, and what a trial
    /// costs.
    /// </summary>
    /// <param name="reported">What a program has reported, the objective first; null for the built-in model.</param>
    public static IReadOnlyList<ReportMeasure> Of(SweepSpec spec, IReadOnlyList<Metric>? reported) => reported is null
        ? OfModel(spec)
        :
        [
            new(spec.Objective.Metric.Name, spec.Objective.Unit ?? "", spec.Objective.Goal, trial => trial.BestValue),
            .. reported.Skip(1).Take(MostOthers).Select(metric => new ReportMeasure(
                metric.Name, "", Goal: null, trial => trial.Best?.Find(metric))),
            // A program that measures its own cost has another number under the same name.
            .. CostsOfProgram.Where(cost => reported.All(metric => metric.Name != cost.Name)),
        ];

    private static IReadOnlyList<ReportMeasure> OfModel(SweepSpec spec) =>
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
