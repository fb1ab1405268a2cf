using System.Collections.Concurrent;
using Sweep.Domain.Trials;
using Sweep.Silo.Trainers;

namespace Sweep.Tests.Worker;

/// <summary>A listener that keeps everything that one training reports.</summary>
internal sealed class RecordedTraining : ITrainingListener
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ConcurrentQueue<int> Epochs { get; } = new();

    public ConcurrentQueue<(int Epoch, int Step, int Data)> Checkpoints { get; } = new();

    public ConcurrentQueue<double?> Progress { get; } = new();

    public ConcurrentQueue<AttemptEnvironment> Environments { get; } = new();

    /// <summary>The error with which the listener answers an epoch; null for none.</summary>
    public Exception? Error { get; init; }

    public void Log(string line) => Lines.Enqueue(line);

    public void Began(AttemptEnvironment environment) => Environments.Enqueue(environment);

    public void Progressed(double? share) => Progress.Enqueue(share);

    public Task EpochFinishedAsync(EpochReport report)
    {
        Epochs.Enqueue(report.Epoch);
        return Error is null ? Task.CompletedTask : Task.FromException(Error);
    }

    /// <summary>Answers whether the training goes on after an epoch at whose end it is judged.</summary>
    public Func<int, Task<bool>> GoesOn { get; init; } = _ => Task.FromResult(true);

    public Task<bool> GoesOnAsync(int epoch) => GoesOn(epoch);

    public void CheckpointWritten(int epoch, int step, byte[] data) => Checkpoints.Enqueue((epoch, step, data[0]));
}
