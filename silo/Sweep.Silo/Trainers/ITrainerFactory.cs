namespace Sweep.Silo.Trainers;

public interface ITrainerFactory
{
    /// <summary>Starts a trainer on a device (cpu, cuda:0, …) and waits until it is ready.</summary>
    /// <exception cref="TrainerStartException">The trainer ended before it was ready.</exception>
    Task<ITrainer> StartAsync(TrainerKind kind, string device, CancellationToken cancellation = default);
}
