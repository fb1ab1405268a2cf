namespace Sweep.Grains;

/// <summary>
/// Keeps values that were read, by their keys. Many callers of one key share one read, and different keys are read at the same time. When
/// the values together weigh more than the limit, those that were asked for longest ago are dropped.
/// </summary>
/// <param name="read">Reads the value of a key. All callers that wait for it get its error, and the next caller reads again.</param>
/// <param name="weight">The weight of a value. The value that was asked for last is kept, whatever its weight.</param>
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

            // The read runs on the thread pool: the first caller may be a grain, and then other callers would wait for that grain's turns.
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
