namespace Sweep.Runner.Processes;

/// <summary>
/// The largest resident memory of all descendants of this process together. It is looked at four times a second, so a shorter peak is
/// missed.
/// </summary>
internal sealed class MemoryOfTree : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);

    private readonly Timer _timer;
    private long _largest;

    public MemoryOfTree() => _timer = new(_ => Look(), null, TimeSpan.FromMilliseconds(20), Every);

    public long Bytes => Volatile.Read(ref _largest);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var now = ProcessTree.Of(Environment.ProcessId).Sum(entry => entry.MemoryBytes);
        if (now > Bytes)
            Volatile.Write(ref _largest, now);
    }
}
