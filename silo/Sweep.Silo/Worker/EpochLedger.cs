namespace Sweep.Silo.Worker;

/// <summary>How many epochs of one attempt were queued and how many are stored: rows leave the queue in the order in which they entered it.</summary>
internal sealed class EpochLedger
{
    private readonly Lock _gate = new();
    private readonly Queue<(long After, TaskCompletionSource<bool> Stored)> _waiting = new();
    private long _queued;
    private long _done;
    private bool _refused;

    /// <summary>Whether any row was not accepted.</summary>
    public bool IsRefused
    {
        get
        {
            lock (_gate)
                return _refused;
        }
    }

    public void Queued()
    {
        lock (_gate)
            _queued++;
    }

    /// <summary>The oldest row is out of the queue.</summary>
    /// <param name="accepted">False: the attempt is not the running one.</param>
    public void Done(bool accepted)
    {
        lock (_gate)
        {
            _done++;
            _refused |= !accepted;
            while (_waiting.TryPeek(out var next) && next.After <= _done)
                _waiting.Dequeue().Stored.SetResult(!_refused);
        }
    }

    /// <summary>Ends when every row that was queued so far is stored: true, or false when any was refused.</summary>
    public Task<bool> StoredAsync()
    {
        lock (_gate)
        {
            if (_done >= _queued)
                return Task.FromResult(!_refused);
            var stored = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((_queued, stored));
            return stored.Task;
        }
    }
}
