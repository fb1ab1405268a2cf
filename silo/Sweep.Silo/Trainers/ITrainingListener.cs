using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;

namespace Sweep.Silo.Trainers;

/// <summary>Receives what one training reports before its end, one call after the other.</summary>
internal interface ITrainingListener
{
    /// <summary>Receives a line of the trainer's log. It may be called from any thread.</summary>
    void Log(string line);

    /// <summary>Receives where the training takes place, once and before anything else but lines of the log.</summary>
    void Began(AttemptEnvironment environment);

    /// <summary>Receives that the trainer computes, about once a second.</summary>
    /// <param name="share">See <see cref="TrainerEvent.Progress.Share"/>.</param>
    void Progressed(double? share);

    /// <summary>Receives the numbers of an epoch. The trainer's next event is not read before this ends.</summary>
    Task EpochFinishedAsync(EpochReport report);

    /// <summary>
    /// Has the training judged at the end of an epoch at which the trainer waits. The trainer's next event is not read before this ends.
    /// </summary>
    /// <returns>False when the training was asked to stop.</returns>
    Task<bool> GoesOnAsync(int epoch);

    /// <param name="epoch">The number of whole epochs that were trained before the checkpoint.</param>
    /// <param name="step">The number of steps of the next epoch that were trained before the checkpoint.</param>
    void CheckpointWritten(int epoch, int step, byte[] data);
}
