using Sweep.Domain.Models;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Trials;
using Sweep.Trainer.Checkpoints;
using Sweep.Trainer.Data;
using Sweep.Trainer.Results;
using static TorchSharp.torch;

namespace Sweep.Trainer.Training;

/// <summary>One attempt of a trial: it starts afresh or from a checkpoint, trains, and measures the finished model.</summary>
internal static class Attempt
{
    private const int SampleLength = 100;
    private const double SampleTemperature = 0.8;

    /// <summary>Trains, and sends every event except the final one.</summary>
    /// <returns>The final event: <see cref="TrainerEvent.Succeeded"/> or <see cref="TrainerEvent.Stopped"/>.</returns>
    /// <exception cref="TrainerException">The trial cannot be trained on this text, or from this checkpoint.</exception>
    /// <exception cref="DivergedException">A loss is not finite.</exception>
    public static TrainerEvent Run(
        TrainerCommand.Train trial,
        TextDataset text,
        SafeTensorsFile? checkpoint,
        Device device,
        TrainerLog log,
        Action<TrainerEvent, byte[]> say,
        Func<TrainerCommand.Stop?> stop)
    {
        using var scope = NewDisposeScope();
        using var windows = new TextWindows(text, trial);
        using var state = new TrainingState(trial, text, device);
        log.Started(trial, text, windows.Counts, device);
        if (checkpoint is not null)
        {
            state.Load(checkpoint);
            log.Resumed(state.Epoch, state.Step);
        }

        var loop = new TrainingLoop(trial, windows, state, TimeProvider.System, say, stop);
        if (!loop.Run())
            return new TrainerEvent.Stopped();
        state.UseBestWeights();
        TestResult? test = null;
        if (windows.Counts.Test > 0 && (test = loop.Test()) is null)
            return new TrainerEvent.Stopped();
        var result = Measure(trial.Parameters, text, windows, state, device, new Heartbeat(TimeProvider.System, say));
        return new TrainerEvent.Succeeded(result with { Test = test });
    }

    private static TrialResult Measure(
        TrialParameters parameters, TextDataset text, TextWindows windows, TrainingState state, Device device, Heartbeat heartbeat)
    {
        using var scope = NewDisposeScope();
        var shape = ModelShape.Of(parameters, text.Vocabulary.Size);
        var first = text.Ids.narrow(0, 0, parameters.SequenceLength);
        var speed = InferenceSpeed.Measure(state.Model, first.unsqueeze(0), TimeProvider.System, heartbeat.Beat);
        var prompt = SamplePrompt.Of(text);
        var sample = new TextGenerator(state.Model, text.Vocabulary, parameters.SequenceLength, device)
            .Continue(prompt, SampleLength, SampleTemperature, parameters.Seed, heartbeat.Beat);
        return new(
            state.Elapsed.TotalSeconds,
            speed.MillisecondsPerWindow,
            speed.WindowsPerSecond,
            shape.Parameters,
            shape.Bytes,
            shape.Macs,
            windows.Counts.Training,
            windows.Counts.Validation,
            PeakMemory.Bytes(),
            sample,
            prompt);
    }
}
