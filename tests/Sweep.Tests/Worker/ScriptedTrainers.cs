using Sweep.Silo.Trainers;

namespace Sweep.Tests.Worker;

/// <summary>Starts scripted trainers. A test decides for each start whether it succeeds.</summary>
internal sealed class ScriptedTrainers(Func<int, Task<ITrainer>> start) : ITrainerFactory
{
    private int _starts;

    public ScriptedTrainers(params ScriptedTrainer[] trainers)
        : this(index => Task.FromResult<ITrainer>(index < trainers.Length ? trainers[index] : new ScriptedTrainer()))
    {
    }

    public int Starts => _starts;

    public Task<ITrainer> StartAsync(string device, CancellationToken cancellation) =>
        start(Interlocked.Increment(ref _starts) - 1).WaitAsync(cancellation);
}
