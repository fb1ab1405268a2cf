using Sweep.Domain.Trials;

namespace Sweep.Silo.Delivery;

/// <summary>
/// Stores the newest checkpoint of one attempt beside the training, which never waits for it. Each checkpoint is stored after the epochs
/// before it, so that a resumed trial has no gap in its epochs. A checkpoint that a newer one replaced while the database was busy or away
/// is not stored at all.
/// </summary>
/// <param name="epochsStored">Ends when the epochs so far are stored. The answer is false when the attempt is not the running one.</param>
/// <param name="store">Stores a checkpoint. The answer is false when the attempt is not the running one.</param>
/// <param name="stale">Called once when the attempt is not the running one.</param>
/// <param name="refused">Called once when the database refuses a checkpoint or an epoch before it.</param>
internal sealed class CheckpointWriter(
    Func<Task<bool>> epochsStored, Func<StoredCheckpoint, Task<bool>> store, Action stale, Action<StorageRefusedException> refused)
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

    /// <summary>
    /// Ends when the newest checkpoint is stored, or the store answered that the attempt is not the running one. In the second case nothing
    /// is stored after that.
    /// </summary>
    /// <exception cref="OperationCanceledException">The attempt was abandoned before that.</exception>
    /// <exception cref="StorageRefusedException">The database refuses the checkpoint. Nothing is stored after that.</exception>
    public Task WaitUntilStoredAsync()
    {
        lock (_gate)
            return _writing;
    }

    private async Task WriteAsync()
    {
        await Task.Yield();
        try
        {
            while (Next() is var (checkpoint, epochs))
            {
                if (await epochs && await store(checkpoint))
                    continue;
                stale();
                return;
            }
        }
        catch (StorageRefusedException refusal)
        {
            refused(refusal);
            throw;
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
