namespace Sweep.Storage;

/// <summary>
/// Calls that come while a batch is under way wait and make up the next batch: one statement for many when it is busy, no delay when it is idle.
/// A batch that fails because of one of its items is repeated item by item, so that only that item's caller hears of it.
/// </summary>
/// <param name="run">Answers one result an item, in their order.</param>
/// <param name="key">Items with the same key never share a batch and keep their order; null when it does not matter.</param>
/// <param name="blamesAnItem">Whether an error means that nothing was stored and one of the items is at fault.</param>
internal sealed class GroupCommit<TItem, TResult>(
    Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TResult>>> run, Func<TItem, object>? key, Func<Exception, bool> blamesAnItem)
{
    public const int MaxBatch = 1_000;

    private readonly Lock _gate = new();
    private readonly Queue<Call> _waiting = new();
    private bool _busy;

    /// <summary>Runs the item with whatever else waits. Cancelling stops the wait, not the work.</summary>
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

        // The first caller may be a grain, whose turns must not carry everybody's batches.
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
        catch (Exception error) when (batch.Count > 1 && blamesAnItem(error))
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
