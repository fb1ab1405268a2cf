namespace Sweep.Client.Live;

/// <summary>Speed and time left from the epochs that were finished within the last while.</summary>
internal sealed class TimeLeft
{
    // Long enough to hold epochs of trials of every kind that runs, short enough to follow a worker that joins.
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    // A crawl must not overflow a TimeSpan.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(999);

    private readonly Queue<(TimeSpan At, long Epochs)> _points = new();
    private long _newest;
    private TimeSpan _now;

    public void Observe(TimeSpan at, long epochsDone)
    {
        (_now, _newest) = (at, epochsDone);
        _points.Enqueue((at, epochsDone));
        while (at - _points.Peek().At > Window)
            _points.Dequeue();
    }

    /// <summary>Null until an epoch has been seen to finish.</summary>
    public double? EpochsPerSecond
    {
        get
        {
            if (_points.Count < 2)
                return null;
            var (at, epochs) = _points.Peek();
            var seconds = (_now - at).TotalSeconds;
            return seconds > 0 && _newest > epochs ? (_newest - epochs) / seconds : null;
        }
    }

    /// <summary>Null until there is a speed.</summary>
    public TimeSpan? Until(long epochsTotal) =>
        EpochsPerSecond is { } speed ? TimeSpan.FromSeconds(Math.Min(Math.Max(0, epochsTotal - _newest) / speed, Longest.TotalSeconds)) : null;
}
