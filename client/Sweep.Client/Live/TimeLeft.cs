namespace Sweep.Client.Live;

/// <summary>Estimates speed and time left from the epochs that were trained within the last minute.</summary>
internal sealed class TimeLeft
{
    // A minute is long enough to include epochs of all running trials, and short enough to show soon that a worker has joined.
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    // The time left at a very low speed would overflow a TimeSpan.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(999);

    private readonly Queue<(TimeSpan At, double Epochs)> _points = new();
    private double _newest;
    private TimeSpan _now;

    /// <param name="epochs">The epochs that are trained, with the parts of those that run.</param>
    public void Observe(TimeSpan at, double epochs)
    {
        (_now, _newest) = (at, epochs);
        _points.Enqueue((at, epochs));
        while (at - _points.Peek().At > Window)
            _points.Dequeue();
    }

    /// <summary>The speed; null until something of an epoch is trained.</summary>
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

    /// <summary>The time until so many epochs are finished; null until there is a speed.</summary>
    /// <param name="epochsTotal">Null where nobody knows how many there will be.</param>
    public TimeSpan? Until(long? epochsTotal) => epochsTotal is { } total && EpochsPerSecond is { } speed
        ? TimeSpan.FromSeconds(Math.Min(Math.Max(0, total - _newest) / speed, Longest.TotalSeconds))
        : null;
}
