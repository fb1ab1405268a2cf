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

    /// <summary>The kinds that were started, in order.</summary>
    public List<TrainerKind> Kinds { get; } = [];

    /// <summary>The trainer that was started last.</summary>
    public ITrainer? Last { get; private set; }

    public async Task<ITrainer> StartAsync(TrainerKind kind, string device, CancellationToken cancellation)
    {
        Kinds.Add(kind);
        return Last = await start(Interlocked.Increment(ref _starts) - 1).WaitAsync(cancellation);
    }
}
