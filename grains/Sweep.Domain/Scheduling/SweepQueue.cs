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

    public bool CanStart(int freeSlots) =>
        Open && _waiting.Count > 0 && Resources.Slots <= freeSlots && (Resources.MaxConcurrent is not { } most || Running < most);

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
