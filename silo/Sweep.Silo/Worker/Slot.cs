using Sweep.Domain.Scheduling;
using Sweep.Silo.Trainers;

namespace Sweep.Silo.Worker;

/// <summary>Room for one trial on one device, with the trainer that works there: started with the silo, used for many trials, replaced when it dies.</summary>
/// <param name="gate">Of the device, which slots may share.</param>
internal sealed partial class Slot(string device, DeviceGate gate, ITrainerFactory trainers, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private Start? _start;
    private TrainerConversation? _trainer;

    public string Device => device;

    public DeviceGate Gate => gate;

    public SlotHealth Health { get; } = new();

    public bool IsBusy { get; set; }

    public bool IsFree => !IsBusy && Health.IsFit;

    /// <summary>Starts a trainer, so that it loads its libraries before there is anything to train. The first trial gets its error.</summary>
    public void Warm()
    {
        if (_start is not null)
            return;
        var stop = new CancellationTokenSource();
        _start = new(StartAsync(stop.Token), stop);
    }

    /// <exception cref="TrainerStartException">A new one did not get ready.</exception>
    public async Task<TrainerConversation> TrainerAsync(CancellationToken cancellation)
    {
        if (_trainer is { IsUsable: false })
            await DiscardAsync();
        if (_trainer is not null)
            return _trainer;
        Warm();
        var start = _start!;
        try
        {
            var trainer = await start.Trainer.WaitAsync(cancellation);
            // Whoever discarded it meanwhile ends it, too.
            return _start == start
                ? _trainer = new(trainer, time)
                : throw new TrainerStartException("the trainer was ended before it was ready");
        }
        finally
        {
            if (start.Trainer.IsCompleted && _start == start)
                _start = null;
        }
    }

    /// <summary>Ends the trainer unless it may be used again.</summary>
    public Task DiscardUnusableAsync() => _trainer is { IsUsable: true } ? Task.CompletedTask : DiscardAsync();

    /// <summary>Ends the trainer, even one that is not ready yet; the next trial gets a new one.</summary>
    public async Task DiscardAsync()
    {
        var (trainer, start) = (_trainer, _start);
        (_trainer, _start) = (null, null);
        if (start is not null)
            await start.Stop.CancelAsync();
        if (trainer is not null)
            LogUnlessEnded(await trainer.EndAsync());
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

    /// <summary>Ends what came of a start that nobody waits for any more.</summary>
    private async Task EndStartedAsync(Task<ITrainer> started)
    {
        if (started.IsCompletedSuccessfully)
            LogUnlessEnded(await started.Result.EndAsync(time));
    }

    private void LogUnlessEnded(bool ended)
    {
        if (!ended)
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
