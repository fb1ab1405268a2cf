using Sweep.Domain.Protocol;

namespace Sweep.Silo.Trainers;

/// <summary>Something that trains one trial at a time and reports what happens: a process, or a simulation of one.</summary>
public interface ITrainer : IAsyncDisposable
{
    /// <summary>Null while it lives; then how it ended.</summary>
    string? Death { get; }

    /// <summary>Receives each line that it logs; set before a training, from then on called with one line after the other.</summary>
    Action<string>? Log { set; }

    Task SendAsync(TrainerCommand command, ReadOnlyMemory<byte> payload = default, CancellationToken cancellation = default);

    /// <summary>The next event and its bytes; null when there will be none, because it ended.</summary>
    Task<(TrainerEvent Event, byte[] Payload)?> ReceiveAsync(CancellationToken cancellation = default);

    /// <summary>Ends it at once.</summary>
    void Kill();
}
