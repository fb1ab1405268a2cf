using Sweep.Domain.Reports;
using Sweep.Domain.Trials;
using Sweep.Storage.Reading;

namespace Sweep.Client.Tables;

/// <summary>The whole report for programs.</summary>
internal static class ReportJson
{
    public static object Of(SweepOverview sweep, SweepReport report, SweepComparison? comparison = null) => new
    {
        sweep = sweep.Name,
        state = sweep.State,
        dataset = report.Spec.Dataset,
        objective = report.Spec.Objective,
        trials = report.Rows.Select(Trial),
        effects = report.Effects,
        importance = report.Decomposition,
        fronts = report.Fronts.Select(front => new { front.Metric, front.Cost, trials = front.Trials.Select(trial => trial.Number) }),
        answer = report.Answer,
        verdict = report.Verdict,
        notes = report.Notes,
        comparisons = report.Comparisons.Select(row => new { row.Number, row.Epoch, row.TrainLoss, row.ValLoss, row.ValAccuracy, row.TrainSeconds }),
        compare = comparison is null ? null : new
        {
            sweep = comparison.There,
            comparison.Verdict,
            comparison.Notes,
            pairs = comparison.Pairs.Select(pair => new { here = Trial(pair.Here), there = Trial(pair.There) }),
        },
    };

    public static object Trial(TrialSummary trial) => new
    {
        trial.Number,
        trial.State,
        trial.Attempt,
        parameters = System.Text.Json.Nodes.JsonNode.Parse(trial.Parameters.ToJson()),
        trial.EpochsDone,
        trial.BestValue,
        best = Epoch(trial.Best),
        last = Epoch(trial.Last),
        trial.Result?.TrainingWindows,
        trial.Result?.ValidationWindows,
        trial.Result?.TrainSeconds,
        inference_ms = trial.Result?.InferenceMilliseconds,
        trial.Result?.InferenceWindowsPerSecond,
        model_parameters = trial.Result?.Parameters,
        trial.Result?.ModelBytes,
        trial.Result?.Macs,
        trial.Result?.PeakMemoryBytes,
        trial.Result?.Sample,
        trial.Worker,
        trial.Reason,
    };

    private static object? Epoch(EpochMetrics? report) => report is null ? null : new
    {
        report.Epoch,
        report.TrainLoss,
        report.ValLoss,
        report.ValAccuracy,
        report.Perplexity,
        report.LearningRate,
        report.Seconds,
        report.SamplesPerSecond,
    };
}
