using System.Text.Json.Nodes;
using Sweep.Domain.Reports;
using Sweep.Domain.Trials;

namespace Sweep.Client.Tables;

/// <summary>A trial as JSON for programs.</summary>
internal static class TrialJson
{
    public static object Of(TrialSummary trial) => new
    {
        trial.Number,
        trial.State,
        trial.Attempt,
        parameters = JsonNode.Parse(trial.Parameters.ToJson()),
        trial.EpochsDone,
        trial.BestValue,
        best = Epoch(trial.Best),
        last = Epoch(trial.Last),
        trial.Result?.TrainingWindows,
        trial.Result?.ValidationWindows,
        trial.Result?.TrainSeconds,
        trial.Result?.ValidationSeconds,
        trial.Result?.TrainProcessorSeconds,
        trial.Result?.ValidationProcessorSeconds,
        inference_ms = trial.Result?.InferenceMilliseconds,
        inference_ms_low = trial.Result?.InferenceLowMilliseconds,
        inference_ms_high = trial.Result?.InferenceHighMilliseconds,
        trial.Result?.InferenceWindowsPerSecond,
        model_parameters = trial.Result?.Parameters,
        trial.Result?.ModelBytes,
        trial.Result?.Macs,
        trial.Result?.PeakMemoryBytes,
        trial.Result?.Sample,
        trial.Worker,
        trial.Reason,
    };

    private static object? Epoch(EpochMetrics? epoch) => epoch is null ? null : new
    {
        epoch.Epoch,
        epoch.TrainLoss,
        epoch.ValLoss,
        epoch.ValAccuracy,
        epoch.Perplexity,
        epoch.LearningRate,
        epoch.Seconds,
        epoch.SamplesPerSecond,
    };
}
