namespace Sweep.Runner.Processes;

/// <summary>
/// The largest resident memory of all descendants of this process together. It is looked at four times a second, so a shorter peak is
/// missed.
/// </summary>
internal sealed class MemoryOfTree : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);

    private readonly Timer _timer;
    private long _largest;

    /// <param name="seen">Is given the descendants each time.</param>
    public MemoryOfTree(Action<IReadOnlyList<ProcessEntry>> seen) =>
        _timer = new(_ => Look(seen), null, TimeSpan.FromMilliseconds(20), Every);

    public long Bytes => Volatile.Read(ref _largest);

    /// <summary>Waits for a look that goes on.</summary>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Look(Action<IReadOnlyList<ProcessEntry>> seen)
    {
        var tree = ProcessTree.Of(Environment.ProcessId);
        seen(tree);
        var now = tree.Sum(entry => entry.MemoryBytes);
        if (now > Bytes)
            Volatile.Write(ref _largest, now);
    }
}
