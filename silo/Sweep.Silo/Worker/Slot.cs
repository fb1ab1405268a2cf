using Sweep.Domain.Scheduling;
using Sweep.Silo.Trainers;

namespace Sweep.Silo.Worker;

/// <summary>Room for one trial on one device, with the trainer that works there: started with the silo, used for many trials, replaced when it dies.</summary>
/// <param name="gate">Of the device, which slots may share.</param>
internal sealed class Slot(string device, DeviceGate gate, ITrainerFactory trainers) : IAsyncDisposable
{
    private Start? _start;
    private ITrainer? _trainer;

    public string Device => device;

    public DeviceGate Gate => gate;

    public SlotHealth Health { get; } = new();

    public bool IsBusy { get; set; }

    public bool IsFree => !IsBusy && Health.IsFit;

    /// <summary>SHA-256 of the text that the trainer has loaded.</summary>
    public string? Dataset { get; set; }

    /// <summary>Starts a trainer, so that it loads its libraries while there is nothing to train yet. How that ends is heard by the first trial.</summary>
    public void Warm()
    {
        if (_start is not null)
            return;
        var stop = new CancellationTokenSource();
        _start = new(trainers.StartAsync(device, stop.Token), stop);
    }

    /// <exception cref="TrainerStartException">A new one did not get ready.</exception>
    public async Task<ITrainer> TrainerAsync(CancellationToken cancellation)
    {
        if (_trainer is { Death: not null })
            await DiscardAsync();
        if (_trainer is not null)
            return _trainer;
        Warm();
        var start = _start!;
        try
        {
            return _trainer = await start.Trainer.WaitAsync(cancellation);
        }
        finally
        {
            if (start.Trainer.IsCompleted)
                _start = null;
        }
    }

    /// <summary>Ends the trainer, even one that is not ready yet; the next trial gets a new one.</summary>
    public async Task DiscardAsync()
    {
        Dataset = null;
        var trainer = _trainer ?? await StoppedStartAsync();
        _trainer = null;
        if (trainer is not null)
            await trainer.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await DiscardAsync();

    /// <summary>What came of a start that nobody waits for any more.</summary>
    private async Task<ITrainer?> StoppedStartAsync()
    {
        if (_start is not { } start)
            return null;
        _start = null;
        await start.Stop.CancelAsync();
        try
        {
            return await start.Trainer;
        }
        catch (Exception error) when (error is OperationCanceledException or TrainerStartException)
        {
            return null;
        }
    }

    private sealed record Start(Task<ITrainer> Trainer, CancellationTokenSource Stop);
}
