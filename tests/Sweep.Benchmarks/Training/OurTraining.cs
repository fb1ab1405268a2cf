using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Trainer.Data;
using Sweep.Trainer.Training;
using static TorchSharp.torch;

namespace Sweep.Benchmarks.Training;

/// <summary>The trainer's complete loop: data, model, optimizer, reports.</summary>
internal static class OurTraining
{
    /// <summary>Trains a trial and returns the reports of its epochs.</summary>
    public static List<EpochMetrics> Train(TrainerCommand.Train trial, TextDataset text)
    {
        using var scope = NewDisposeScope();
        using var windows = new TextWindows(text, trial);
        using var state = new TrainingState(trial, text, CPU);
        var reports = new List<EpochMetrics>();
        new TrainingLoop(
            trial,
            windows,
            state,
            TimeProvider.System,
            (message, _) =>
            {
                if (message is TrainerEvent.EpochFinished epoch)
                    reports.Add(epoch.Report);
            },
            () => null).Run();
        return reports;
    }

    /// <summary>Returns the milliseconds of the training steps of each epoch.</summary>
    public static IEnumerable<double> Epochs(TrainingShape shape, int epochs)
    {
        using var text = shape.Text();
        return Train(shape.Trial(epochs), text).Select(report => 1000 * shape.TrainingWindows / report.SamplesPerSecond);
    }
}
