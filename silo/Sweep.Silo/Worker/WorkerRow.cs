using Sweep.Domain.Scheduling;
using Sweep.Silo.Delivery;
using Sweep.Storage.Connections;

namespace Sweep.Silo.Worker;

/// <summary>
/// Writes this worker's row in the database: that it lives, what its slots do, how far its trials are, and that it is gone.
/// </summary>
internal sealed class WorkerRow(
    WorkerRecord worker, IReadOnlyList<Slot> slots, Func<IReadOnlyList<TrialProgress>> progress, IWorkerStore workers, StorageAlarm alarm,
    TimeProvider time)
{
    /// <summary>The longest wait for the database to store that the worker is gone.</summary>
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(2);

    private WorkerStatus? _shown;

    public int Busy => slots.Count(slot => slot.IsBusy);

    /// <summary>Whether the stored row differs from the worker's state now. Progress does not count: it changes all the time.</summary>
    public bool IsOutdated(bool drains) => Status(drains) != _shown;

    /// <summary>Stores that the worker is there, and tries again until that succeeds.</summary>
    public Task EnterAsync(CancellationToken stopping) => Retry.UntilItSucceedsAsync(
        async () =>
        {
            await StoreAsync(stopping.IsCancellationRequested);
            return true;
        },
        time,
        stopping,
        NotStored);

    /// <summary>Stores what the worker does now. A failure is only logged, because the next call comes soon.</summary>
    public async Task ShowAsync(bool drains)
    {
        try
        {
            await StoreAsync(drains);
        }
        catch (Exception error)
        {
            NotStored(error);
        }
    }

    /// <summary>
    /// Stores that the worker is gone. A failure does not keep the worker from ending, since the scheduler soon counts it as lost anyway.
    /// </summary>
    public async Task LeaveAsync()
    {
        try
        {
            await workers.GoneAsync(worker.Name, CancellationToken.None).WaitAsync(LeaveLimit, time);
        }
        catch (Exception error) when (Retry.IsTransient(error) || DatabaseFault.Find(error) is not null)
        {
            alarm.Failed($"That worker {worker.Name} is gone cannot be stored", error);
        }
    }

    private async Task StoreAsync(bool drains)
    {
        var status = Status(drains);
        await workers.SeenAsync(worker, status with { Progress = progress() }, CancellationToken.None);
        _shown = status;
    }

    private void NotStored(Exception error) => alarm.Failed($"What worker {worker.Name} does cannot be stored", error);

    private WorkerStatus Status(bool drains)
    {
        var unfit = slots.Where(slot => !slot.Health.IsFit).ToList();
        var idle = unfit.Count > 0 && unfit.Count == slots.Count;
        var state = drains ? WorkerState.Draining : idle ? WorkerState.Quarantined : WorkerState.Active;
        var message = unfit.Count == 0 ? null : $"{unfit.Count} of {slots.Count} slots cannot train: {unfit[0].Health.Complaint}";
        return new(Busy, state, message);
    }
}
