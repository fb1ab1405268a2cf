using Sweep.Domain.Protocol;

namespace Sweep.Silo.Trainers;

/// <summary>Something that trains one trial at a time and says what happens: a process, or a simulation of one.</summary>
public interface ITrainer : IAsyncDisposable
{
    /// <summary>Null while it lives; then how it ended.</summary>
    string? Death { get; }

    /// <summary>Receives each line that it logs; set before a training, from then on called in order.</summary>
    Action<string>? Log { set; }

    Task SendAsync(TrainerCommand command, ReadOnlyMemory<byte> payload = default, CancellationToken cancellation = default);

    /// <summary>The next event and its bytes; null when there will be none, because it ended.</summary>
    Task<(TrainerEvent Event, byte[] Payload)?> ReceiveAsync(CancellationToken cancellation = default);

    /// <summary>Ends it at once.</summary>
    void Kill();
}

public interface ITrainerFactory
{
    /// <summary>Starts a trainer on a device (cpu, cuda:0, …) and waits until it is ready.</summary>
    /// <exception cref="TrainerStartException">It ended before it was ready.</exception>
    Task<ITrainer> StartAsync(string device, CancellationToken cancellation = default);
}

/// <summary>A trainer could not be started; the message says how it ended and what it wrote last.</summary>
public sealed class TrainerStartException(string message) : Exception(message);
