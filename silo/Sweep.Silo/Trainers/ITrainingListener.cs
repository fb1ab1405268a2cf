using Sweep.Domain.Trials;

namespace Sweep.Silo.Trainers;

/// <summary>Receives what one training gives before its end, one thing after the other.</summary>
internal interface ITrainingListener
{
    /// <summary>A line of the trainer's log; from any thread.</summary>
    void Log(string line);

    /// <summary>The trainer's next event is not taken before this ends.</summary>
    Task EpochFinishedAsync(EpochMetrics report);

    /// <param name="epoch">Whole epochs behind the checkpoint.</param>
    /// <param name="step">Steps of the next epoch behind it.</param>
    void CheckpointWritten(int epoch, int step, byte[] data);
}
