using Sweep.Domain.Reports;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Client.Tables;

/// <summary>A trial as JSON for programs.</summary>
internal static class TrialJson
{
    public static object Of(TrialSummary trial, SweepSpec spec) => spec.Program is null ? OfModel(trial) : OfProgram(trial);

    private static object OfModel(TrialSummary trial) => new
    {
        trial.Number,
        trial.State,
        trial.Attempt,
        trial.Parameters,
        trial.EpochsDone,
        trial.BestValue,
        best = Epoch(trial.Best?.Model),
        last = Epoch(trial.Last?.Model),
        gap = trial.Best?.Model?.Gap,
        last_gap = trial.Last?.Model?.Gap,
        trial.Result?.TrainingWindows,
        trial.Result?.ValidationWindows,
        test_windows = trial.Result?.Test?.Windows,
        test_loss = trial.Result?.Test?.Loss,
        test_loss_error = trial.Result?.Test?.LossError,
        test_accuracy = trial.Result?.Test?.Accuracy,
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
        trial.Result?.Prompt,
        trial.Result?.Sample,
        trial.Worker,
        trial.Reason,
        trial.HeldAt,
    };

    private static object OfProgram(TrialSummary trial) => new
    {
        trial.Number,
        trial.State,
        trial.Attempt,
        trial.Parameters,
        trial.EpochsDone,
        trial.BestValue,
        best = Epoch(trial.Best),
        last = Epoch(trial.Last),
        trial.TrainSeconds,
        trial.TrainProcessorSeconds,
        trial.PeakMemoryBytes,
        trial.Worker,
        trial.Reason,
        trial.HeldAt,
    };

    private static object? Epoch(EpochMetrics? epoch) => epoch is null ? null : new
    {
        epoch.Epoch,
        epoch.TrainLoss,
        epoch.ValLoss,
        epoch.ValLossError,
        epoch.ValAccuracy,
        epoch.Perplexity,
        epoch.LearningRate,
        epoch.Seconds,
        epoch.SamplesPerSecond,
    };

    private static object? Epoch(EpochReport? epoch) =>
        epoch is ProgramMetrics program ? new { program.Epoch, program.Seconds, metrics = program.Values } : null;
}
