using Sweep.Domain.Scheduling;
using Sweep.Silo.Trainers;

namespace Sweep.Silo.Worker;

/// <summary>Room for one trial on one device, with the trainer that works there: started at the first trial, used for many, replaced when it dies.</summary>
/// <param name="gate">Of the device, which slots may share.</param>
internal sealed class Slot(string device, DeviceGate gate, ITrainerFactory trainers) : IAsyncDisposable
{
    private ITrainer? _trainer;

    public string Device => device;

    public DeviceGate Gate => gate;

    public SlotHealth Health { get; } = new();

    public bool IsBusy { get; set; }

    public bool IsFree => !IsBusy && Health.IsFit;

    /// <summary>SHA-256 of the text that the trainer has loaded.</summary>
    public string? Dataset { get; set; }

    /// <exception cref="TrainerStartException">A new one did not get ready.</exception>
    public async Task<ITrainer> TrainerAsync(CancellationToken cancellation)
    {
        if (_trainer is { Death: not null })
            await DiscardAsync();
        return _trainer ??= await trainers.StartAsync(device, cancellation);
    }

    /// <summary>Ends the trainer; the next trial gets a new one.</summary>
    public async Task DiscardAsync()
    {
        Dataset = null;
        if (_trainer is { } trainer)
        {
            _trainer = null;
            await trainer.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await DiscardAsync();
}
