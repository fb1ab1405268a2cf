using Sweep.Domain.Sweeps;

namespace Sweep.Domain.Scheduling;

/// <summary>The waiting trials of one sweep, lowest number first, and how many of its trials run.</summary>
internal sealed class SweepQueue(int sweep)
{
    private readonly SortedSet<int> _waiting = [];

    public int Sweep { get; } = sweep;

    public ResourceSpec Resources { get; set; } = new();

    /// <summary>False while the sweep is paused or over: what comes back is not queued again.</summary>
    public bool Open { get; set; }

    public int Running { get; set; }

    public int Waiting => _waiting.Count;

    /// <summary>The worker that keeps its free slots until they are enough for a trial of this sweep.</summary>
    public string? ReservedFor { get; set; }

    /// <summary>Whether a trial may start as soon as a worker has the slots and labels for it.</summary>
    public bool CanStart => Open && _waiting.Count > 0 && (Resources.MaxConcurrent is not { } most || Running < most);

    public void Add(int number) => _waiting.Add(number);

    public void Remove(int number) => _waiting.Remove(number);

    public void Clear() => _waiting.Clear();

    public int Take()
    {
        var number = _waiting.Min;
        _waiting.Remove(number);
        return number;
    }
}
