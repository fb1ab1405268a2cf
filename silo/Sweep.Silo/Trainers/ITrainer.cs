using Sweep.Domain.Protocol;

namespace Sweep.Silo.Trainers;

/// <summary>A process that trains one trial at a time and reports what happens, or a simulation of such a process.</summary>
public interface ITrainer : IAsyncDisposable
{
    /// <summary>How the trainer ended, as a sentence; null while it lives.</summary>
    string? Death { get; }

    /// <summary>Receives each line that the trainer logs, one after the other. It is set before a training begins.</summary>
    Action<string>? Log { set; }

    Task SendAsync(TrainerCommand command, ReadOnlyMemory<byte> payload = default, CancellationToken cancellation = default);

    /// <summary>The next event and its bytes; null when the trainer has ended, so that no more events come.</summary>
    Task<(TrainerEvent Event, byte[] Payload)?> ReceiveAsync(CancellationToken cancellation = default);

    /// <summary>Ends the trainer at once, without a checkpoint.</summary>
    void Kill();
}
