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
        trial.Parameters,
        trial.EpochsDone,
        trial.BestValue,
        best = Epoch(trial.Best),
        last = Epoch(trial.Last),
        gap = trial.Best?.Model?.Gap,
        last_gap = trial.Last?.Model?.Gap,
        trial.Result?.TrainingWindows,
        trial.Result?.ValidationWindows,
        test_windows = trial.Result?.Test?.Windows,
        test_loss = trial.Result?.Test?.Loss,
        test_loss_error = trial.Result?.Test?.LossError,
        test_accuracy = trial.Result?.Test?.Accuracy,
        trial.TrainSeconds,
        trial.Result?.ValidationSeconds,
        trial.TrainProcessorSeconds,
        trial.Result?.ValidationProcessorSeconds,
        inference_ms = trial.Result?.InferenceMilliseconds,
        inference_ms_low = trial.Result?.InferenceLowMilliseconds,
        inference_ms_high = trial.Result?.InferenceHighMilliseconds,
        trial.Result?.InferenceWindowsPerSecond,
        model_parameters = trial.Result?.Parameters,
        trial.Result?.ModelBytes,
        trial.Result?.Macs,
        trial.PeakMemoryBytes,
        trial.Result?.Prompt,
        trial.Result?.Sample,
        trial.Worker,
        trial.Reason,
        trial.HeldAt,
    };

    private static object? Epoch(EpochReport? epoch) => epoch is null ? null : new
    {
        epoch.Epoch,
        epoch.Model?.TrainLoss,
        epoch.Model?.ValLoss,
        epoch.Model?.ValLossError,
        epoch.Model?.ValAccuracy,
        epoch.Model?.Perplexity,
        epoch.Model?.LearningRate,
        epoch.Seconds,
        epoch.Model?.SamplesPerSecond,
        metrics = (epoch as ProgramMetrics)?.Values,
    };
}
