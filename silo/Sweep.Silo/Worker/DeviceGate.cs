namespace Sweep.Silo.Worker;

/// <summary>
/// Decides which attempts may use a device now: several beside each other, or one alone. They enter in the order in which they asked, so
/// that none waits for ever.
/// </summary>
internal sealed class DeviceGate
{
    private readonly Lock _gate = new();
    private readonly LinkedList<(bool Alone, TaskCompletionSource Entered)> _waiting = [];
    private int _inside;
    private bool _alone;

    /// <summary>Waits for a turn on the device. The caller disposes the answer to leave.</summary>
    /// <param name="alone">True: no other attempt may use the device at the same time.</param>
    public async Task<IDisposable> EnterAsync(bool alone, CancellationToken cancellation)
    {
        LinkedListNode<(bool Alone, TaskCompletionSource Entered)> waiting;
        lock (_gate)
        {
            waiting = _waiting.AddLast((alone, new(TaskCreationOptions.RunContinuationsAsynchronously)));
            Admit();
        }

        try
        {
            await waiting.Value.Entered.Task.WaitAsync(cancellation);
            return new Place(this, alone);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                if (waiting.List is null)
                    Leave(alone);
                else
                    _waiting.Remove(waiting);
                Admit();
            }

            throw;
        }
    }

    /// <summary>Enters at once, beside others. The answer is null while an attempt has the device alone, or others wait for it.</summary>
    public IDisposable? TryEnter()
    {
        lock (_gate)
        {
            if (_alone || _waiting.Count > 0)
                return null;
            _inside++;
            return new Place(this, alone: false);
        }
    }

    private void Admit()
    {
        while (_waiting.First is { } first && !_alone && (_inside == 0 || !first.Value.Alone))
        {
            _waiting.RemoveFirst();
            _inside++;
            _alone = first.Value.Alone;
            first.Value.Entered.SetResult();
        }
    }

    private void Leave(bool alone)
    {
        _inside--;
        _alone &= !alone;
    }

    private sealed class Place(DeviceGate gate, bool alone) : IDisposable
    {
        public void Dispose()
        {
            lock (gate._gate)
            {
                gate.Leave(alone);
                gate.Admit();
            }
        }
    }
}
