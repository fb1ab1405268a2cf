namespace Sweep.Silo.Delivery;

/// <summary>Counts how many epochs of one attempt were queued and how many of them have left the queue, the oldest first.</summary>
/// <param name="refused">Called once, when the database refuses a row for the first time.</param>
internal sealed class EpochLedger(Action<StorageRefusedException> refused)
{
    private readonly Lock _gate = new();
    private readonly Queue<(long After, TaskCompletionSource<bool> Stored)> _waiting = new();
    private long _queued;
    private long _done;
    private bool _stale;
    private StorageRefusedException? _refusal;

    /// <summary>Whether the database refused a row. Rows after it must not be stored, because they would leave a gap.</summary>
    public bool IsRefused => Volatile.Read(ref _refusal) is not null;

    /// <summary>Whether the attempt is not the running one, or the database has lost epochs before those that it was sent.</summary>
    public bool IsBehind
    {
        get
        {
            lock (_gate)
                return _stale;
        }
    }

    public void Queued()
    {
        lock (_gate)
            _queued++;
    }

    /// <summary>Counts the oldest row as out of the queue.</summary>
    /// <param name="accepted">False when the attempt is not the running one.</param>
    public void Done(bool accepted)
    {
        lock (_gate)
        {
            _done++;
            _stale |= !accepted;
            while (_waiting.TryPeek(out var next) && next.After <= _done)
                End(_waiting.Dequeue().Stored);
        }
    }

    /// <summary>Counts the oldest row as out of the queue, because the database refuses it.</summary>
    public void Refuse(StorageRefusedException refusal)
    {
        var first = Interlocked.CompareExchange(ref _refusal, refusal, null) is null;
        Done(accepted: true);
        if (first)
            refused(refusal);
    }

    /// <summary>
    /// Ends when every row that was queued so far is out of the queue. The answer is false when the attempt is not the running one.
    /// </summary>
    /// <exception cref="StorageRefusedException">The database refuses one of them.</exception>
    public Task<bool> WaitUntilStoredAsync()
    {
        lock (_gate)
        {
            var stored = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_done >= _queued)
                End(stored);
            else
                _waiting.Enqueue((_queued, stored));
            return stored.Task;
        }
    }

    private void End(TaskCompletionSource<bool> stored)
    {
        if (_refusal is { } refusal)
            stored.SetException(refusal);
        else
            stored.SetResult(!_stale);
    }
}
