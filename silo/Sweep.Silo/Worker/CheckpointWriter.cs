using Sweep.Domain.Trials;

namespace Sweep.Silo.Worker;

/// <summary>
/// Stores the newest checkpoint of one attempt beside the training, which never waits for it. Each is stored after the epochs before it, so that
/// what is resumed leaves no gap; one that was overtaken while the database was busy or away is not stored at all.
/// </summary>
/// <param name="epochsStored">Ends when the epochs so far are stored; false when they were refused.</param>
/// <param name="store">Stores one; false when it is refused.</param>
/// <param name="refused">Called once when the attempt is not the running one.</param>
internal sealed class CheckpointWriter(Func<Task<bool>> epochsStored, Func<StoredCheckpoint, Task<bool>> store, Action refused)
{
    private readonly Lock _gate = new();
    private (StoredCheckpoint Checkpoint, Task<bool> Epochs)? _next;
    private Task _writing = Task.CompletedTask;
    private bool _busy;

    public void Add(StoredCheckpoint checkpoint)
    {
        lock (_gate)
        {
            _next = (checkpoint, epochsStored());
            if (_busy)
                return;
            _busy = true;
            _writing = WriteAsync();
        }
    }

    /// <summary>Ends when the newest checkpoint is stored, or was refused.</summary>
    /// <exception cref="OperationCanceledException">The attempt was given up before.</exception>
    public Task StoredAsync()
    {
        lock (_gate)
            return _writing;
    }

    private async Task WriteAsync()
    {
        await Task.Yield();
        while (Next() is var (checkpoint, epochs))
        {
            if (await epochs && await store(checkpoint))
                continue;
            refused();
            return;
        }
    }

    private (StoredCheckpoint Checkpoint, Task<bool> Epochs)? Next()
    {
        lock (_gate)
        {
            var next = _next;
            _next = null;
            _busy = next is not null;
            return next;
        }
    }
}
