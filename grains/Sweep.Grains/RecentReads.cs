namespace Sweep.Grains;

/// <summary>
/// What was read, by its key: one thing is read once, however many ask for it, and several things at once. What was asked for longest ago is forgotten
/// when all together weighs more than the limit.
/// </summary>
/// <param name="read">Reads one thing. An error is for those who wait; the next one who asks reads again.</param>
/// <param name="weight">Of a thing. The one that was asked for last is kept, whatever it weighs.</param>
public sealed class RecentReads<TKey, TValue>(Func<TKey, Task<TValue>> read, Func<TValue, long> weight, long limit)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _order = [];
    private long _weight;

    private sealed record Entry(TKey Key, Task<TValue> Reading)
    {
        public long Weight { get; set; }
    }

    public async Task<TValue> GetAsync(TKey key)
    {
        var entry = Find(key);
        try
        {
            var value = await entry.Reading;
            Weigh(entry, weight(value));
            return value;
        }
        catch
        {
            Forget(entry);
            throw;
        }
    }

    private Entry Find(TKey key)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var known))
            {
                _order.Remove(known);
                _order.AddLast(known);
                return known.Value;
            }

            // The first one who asks may be a grain, whose turns must not carry what others wait for.
            var entry = new Entry(key, Task.Run(() => read(key)));
            _entries[key] = _order.AddLast(entry);
            return entry;
        }
    }

    private void Weigh(Entry entry, long found)
    {
        lock (_gate)
        {
            if (!IsKept(entry))
                return;
            _weight += found - entry.Weight;
            entry.Weight = found;
            while (_weight > limit && _order.First is { } oldest && oldest != _order.Last)
                Remove(oldest.Value);
        }
    }

    private void Forget(Entry entry)
    {
        lock (_gate)
        {
            if (IsKept(entry))
                Remove(entry);
        }
    }

    private bool IsKept(Entry entry) => _entries.TryGetValue(entry.Key, out var kept) && ReferenceEquals(kept.Value, entry);

    private void Remove(Entry entry)
    {
        _entries.Remove(entry.Key, out var node);
        _order.Remove(node!);
        _weight -= entry.Weight;
    }
}
