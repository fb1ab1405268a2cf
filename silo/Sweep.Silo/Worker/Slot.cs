using Sweep.Domain.Scheduling;
using Sweep.Silo.Trainers;

namespace Sweep.Silo.Worker;

/// <summary>Room for one trial on one device, with the trainer that works there: started with the silo, used for many trials, replaced when it dies.</summary>
/// <param name="gate">Of the device, which slots may share.</param>
internal sealed partial class Slot(string device, DeviceGate gate, ITrainerFactory trainers, TimeProvider time, ILogger logger) : IAsyncDisposable
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
        _start = new(StartAsync(stop.Token), stop);
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
            var trainer = await start.Trainer.WaitAsync(cancellation);
            // Whoever discarded it meanwhile ends it, too.
            return _start == start ? _trainer = trainer : throw new TrainerStartException("the trainer was ended before it was ready");
        }
        finally
        {
            if (start.Trainer.IsCompleted && _start == start)
                _start = null;
        }
    }

    /// <summary>Ends the trainer, even one that is not ready yet; the next trial gets a new one.</summary>
    public async Task DiscardAsync()
    {
        Dataset = null;
        var (trainer, start) = (_trainer, _start);
        (_trainer, _start) = (null, null);
        if (start is not null)
            await start.Stop.CancelAsync();
        if (trainer is not null)
            await EndAsync(trainer);
        if (start is not null && !await IsOverAsync(start.Trainer.ContinueWith(EndStartedAsync, TaskScheduler.Default).Unwrap()))
            LogStartDoesNotEnd(device);
    }

    public async ValueTask DisposeAsync() => await DiscardAsync();

    /// <summary>Whatever goes wrong when a trainer is started, it is a start that failed.</summary>
    private async Task<ITrainer> StartAsync(CancellationToken stop)
    {
        try
        {
            return await trainers.StartAsync(device, stop);
        }
        catch (Exception error) when (error is not (TrainerStartException or OperationCanceledException))
        {
            throw new TrainerStartException($"A trainer cannot be started: {error.Message}");
        }
    }

    /// <summary>What came of a start that nobody waits for any more.</summary>
    private Task EndStartedAsync(Task<ITrainer> started) => started.IsCompletedSuccessfully ? EndAsync(started.Result) : Task.CompletedTask;

    private async Task EndAsync(ITrainer trainer)
    {
        if (!await trainer.EndAsync(time))
            LogDoesNotEnd(device);
    }

    private async Task<bool> IsOverAsync(Task task)
    {
        try
        {
            await task.WaitAsync(2 * TrainerEnd.Limit, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private sealed record Start(Task<ITrainer> Trainer, CancellationTokenSource Stop);
}
