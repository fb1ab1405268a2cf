namespace Sweep.Storage;

/// <summary>
/// Joins calls into batches. Calls that come while a batch runs wait and make up the next batch, so that one statement serves many calls
/// under load, and a single call has no delay. A batch that fails because of one of its items is repeated item by item, so that only the
/// caller of that item gets the error.
/// </summary>
/// <param name="run">Gives one result for each item, in their order.</param>
/// <param name="key">Items with the same key never share a batch and keep their order; null when the order does not matter.</param>
/// <param name="isFaultOfItem">Whether an error means that nothing was stored and that one of the items is at fault.</param>
internal sealed class GroupCommit<TItem, TResult>(
    Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TResult>>> run, Func<TItem, object>? key, Func<Exception, bool> isFaultOfItem)
{
    public const int MaxBatch = 1_000;

    private readonly Lock _gate = new();
    private readonly Queue<Call> _waiting = new();
    private bool _busy;

    /// <summary>Runs the item in a batch with the others that wait. Cancellation ends the wait, but not the work.</summary>
    public Task<TResult> RunAsync(TItem item, CancellationToken cancellation)
    {
        var call = new Call(item, new(TaskCreationOptions.RunContinuationsAsynchronously));
        bool start;
        lock (_gate)
        {
            _waiting.Enqueue(call);
            start = !_busy;
            _busy = true;
        }

        // The first caller may be a grain, which must not spend its turn on the batches of others.
        if (start)
            _ = Task.Run(DrainAsync, CancellationToken.None);
        return call.Result.Task.WaitAsync(cancellation);
    }

    private async Task DrainAsync()
    {
        while (Next() is { Count: > 0 } batch)
            await RunAsync(batch);
    }

    private List<Call> Next()
    {
        var batch = new List<Call>();
        var keys = new HashSet<object>();
        lock (_gate)
        {
            while (batch.Count < MaxBatch && _waiting.TryPeek(out var call) && (key is null || keys.Add(key(call.Item))))
                batch.Add(_waiting.Dequeue());
            _busy = batch.Count > 0;
        }

        return batch;
    }

    private async Task RunAsync(List<Call> batch)
    {
        try
        {
            var results = await run([.. batch.Select(call => call.Item)]);
            foreach (var (call, result) in batch.Zip(results))
                call.Result.SetResult(result);
        }
        catch (Exception error) when (batch.Count > 1 && isFaultOfItem(error))
        {
            foreach (var call in batch)
                await RunAsync([call]);
        }
        catch (Exception error)
        {
            foreach (var call in batch)
                call.Result.TrySetException(error);
        }
    }

    private sealed record Call(TItem Item, TaskCompletionSource<TResult> Result);
}
