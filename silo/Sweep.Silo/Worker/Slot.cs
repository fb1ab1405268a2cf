using Sweep.Domain.Scheduling;
using Sweep.Silo.Trainers;

namespace Sweep.Silo.Worker;

/// <summary>
/// Room for one trial on one device, with the trainer that works there. The trainer starts with the silo, trains many trials, and is
/// replaced when it dies, or when a trial needs one of another kind.
/// </summary>
/// <param name="gate">The gate of the device. All slots on one device have the same gate.</param>
internal sealed partial class Slot(string device, DeviceGate gate, ITrainerFactory trainers, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    private Start? _start;
    private TrainerConversation? _trainer;
    private TrainerKind _kind;

    /// <summary>Makes a slot for each of the devices. Those on the same device are neighbors.</summary>
    public static Slot[] On(IReadOnlyList<string> devices, ITrainerFactory trainers, TimeProvider time, ILogger logger)
    {
        var gates = devices.Distinct().ToDictionary(device => device, _ => new DeviceGate());
        Slot[] slots =
        [
            .. devices.Select((device, index) => new Slot(device, gates[device], trainers, time, logger) { Number = index + 1 }),
        ];
        foreach (var slot in slots)
            slot.Neighbors = [.. slots.Where(other => other != slot && other.Device == slot.Device)];
        return slots;
    }

    public string Device => device;

    /// <summary>The number of the slot among those of its worker, from 1.</summary>
    public int Number { get; init; } = 1;

    public bool IsOnGpu => device != "cpu";

    /// <summary>The other slots on the same device.</summary>
    public IReadOnlyList<Slot> Neighbors { get; set; } = [];

    public DeviceGate Gate => gate;

    public SlotHealth Health { get; } = new();

    public bool IsBusy { get; set; }

    public bool IsFree => !IsBusy && Health.IsFit;

    /// <summary>
    /// Starts a trainer, at first one of the built-in model, ahead of time, so that it loads its libraries before there is anything to
    /// train. An error of this start is thrown to the first caller of <see cref="TrainerAsync"/>.
    /// </summary>
    public void Warm()
    {
        if (_start is not null)
            return;
        var stop = new CancellationTokenSource();
        _start = new(StartAsync(stop.Token), stop);
    }

    /// <summary>The slot's trainer of this kind, ready to use: the one that is there, or a new one where that is not usable.</summary>
    /// <exception cref="TrainerStartException">A new trainer ended before it was ready.</exception>
    public async Task<TrainerConversation> TrainerAsync(TrainerKind kind, CancellationToken cancellation)
    {
        if (_trainer is { IsUsable: false } || _kind != kind)
            await DiscardAsync();
        _kind = kind;
        if (_trainer is not null)
            return _trainer;
        Warm();
        var start = _start!;
        try
        {
            var trainer = await start.Trainer.WaitAsync(cancellation);
            // A trainer that was discarded in the meantime is ended by the call that discarded it.
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

    /// <summary>Ends the trainer, even one that is not ready yet. The next trial gets a new one.</summary>
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

    /// <summary>Starts a trainer. Every error except a cancellation becomes a <see cref="TrainerStartException"/>.</summary>
    private async Task<ITrainer> StartAsync(CancellationToken stop)
    {
        try
        {
            return await trainers.StartAsync(_kind, device, stop);
        }
        catch (Exception error) when (error is not (TrainerStartException or OperationCanceledException))
        {
            throw new TrainerStartException($"A trainer cannot be started: {error.Message}");
        }
    }

    /// <summary>Ends the trainer of a start whose result is not needed any more.</summary>
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
