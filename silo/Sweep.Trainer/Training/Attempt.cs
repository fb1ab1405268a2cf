using Sweep.Domain.Models;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Trainer.Checkpoints;
using Sweep.Trainer.Data;
using Sweep.Trainer.Results;
using TorchSharp;
using static TorchSharp.torch;

namespace Sweep.Trainer.Training;

/// <summary>
/// One attempt of a trial: it begins afresh or from weights of another trial, or goes on from a checkpoint, trains, and measures the
/// finished model.
/// </summary>
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
        AttemptEnvironment environment,
        TrainerLog log,
        Action<TrainerEvent, byte[]> say,
        Func<TrainerCommand.Stop?> stop,
        Func<TrainerCommand.Stop?>? judgement = null)
    {
        using var memory = new PeakMemory();
        using var scope = NewDisposeScope();
        var weights = checkpoint?.Weights();
        var header = checkpoint is null || weights is not null ? null : CheckpointHeader.Of(checkpoint);
        // A trial that began from weights keeps their vocabulary, of which its own text may lack characters.
        var vocabulary = weights?.Vocabulary ?? header?.Trial().Vocabulary;
        using var encoded = vocabulary is null ? null : text.EncodedBy(vocabulary);
        text = encoded ?? text;
        var before = header?.Environment;
        using var threads = new TrialThreads(before?.Threads ?? environment.Threads);
        var isOnGpu = device.type == DeviceType.CUDA;
        var here = environment with { Threads = threads.Count, Precision = isOnGpu ? trial.Precision : null };
        if (isOnGpu)
            Libtorch.Use(trial.Precision ?? Precision.Float32);
        else if (trial.Precision is { } unknown)
            log.IgnoredPrecision(unknown);
        say(new TrainerEvent.Began(here), []);
        using var windows = new TextWindows(text, trial);
        using var state = new TrainingState(trial, text, device) { Environment = here };
        // A client checks this before; one of an earlier version did not.
        if (CheckpointFit.Problem(trial.Parameters, text.Vocabulary.Size) is { } tooLarge)
            throw new ImpossibleTrialException(tooLarge.ToString());
        log.Started(trial, text, windows.Counts, device);
        if (weights is not null)
        {
            state.Begin(checkpoint!);
            log.BeganFrom(weights.Epoch);
        }
        else if (checkpoint is not null)
        {
            state.Load(checkpoint);
            log.Resumed(state.Epoch, state.Step);
            if (here.Threads != environment.Threads)
                log.KeptThreads(here.Threads, environment.Threads);
            if (before?.MayDifferInBits(here) == true)
                log.WentElsewhere(before, here);
        }

        var loop = new TrainingLoop(trial, windows, state, TimeProvider.System, say, stop, judgement);
        if (!loop.Run())
            return new TrainerEvent.Stopped();
        state.UseBestWeights();
        TestResult? test = null;
        if (windows.Counts.Test > 0 && (test = loop.Test()) is null)
            return new TrainerEvent.Stopped();
        var result = Measure(trial.Parameters, text, windows, state, device, memory, new Heartbeat(TimeProvider.System, say));
        return new TrainerEvent.Succeeded(result with { Test = test });
    }

    private static TrialResult Measure(
        TrialParameters parameters, TextDataset text, TextWindows windows, TrainingState state, Device device, PeakMemory memory,
        Heartbeat heartbeat)
    {
        using var scope = NewDisposeScope();
        var shape = ModelShape.Of(parameters, text.Vocabulary.Size);
        var first = text.Ids.narrow(0, 0, parameters.SequenceLength);
        var prompt = SamplePrompt.Of(text);
        var speed = InferenceSpeed.Measure(state.Model, first.unsqueeze(0), heartbeat.Beat);
        var sample = new TextGenerator(state.Model, text.Vocabulary, parameters.SequenceLength, device)
            .Continue(prompt, SampleLength, SampleTemperature, parameters.Seed, heartbeat.Beat);
        return new(
            state.TrainingTime.Wall.TotalSeconds,
            speed.Window.Median.TotalMilliseconds,
            speed.WindowsPerSecond,
            shape.Parameters,
            shape.Bytes,
            shape.Macs,
            windows.Counts.Training,
            windows.Counts.Validation,
            memory.Bytes,
            sample,
            prompt,
            ValidationSeconds: state.ValidationTime?.Wall.TotalSeconds,
            TrainProcessorSeconds: state.ValidationTime is null ? null : state.TrainingTime.Processor.TotalSeconds,
            ValidationProcessorSeconds: state.ValidationTime?.Processor.TotalSeconds,
            InferenceLowMilliseconds: speed.Window.Low?.TotalMilliseconds,
            InferenceHighMilliseconds: speed.Window.High?.TotalMilliseconds);
    }
}
