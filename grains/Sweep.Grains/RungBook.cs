using Sweep.Domain.Stopping;

namespace Sweep.Grains;

/// <summary>
/// Where the trials of a sweep stand at the ends of epochs, read from the rows. What cannot change any more is read once; it may be lost at
/// any time.
/// </summary>
internal sealed class RungBook(int sweep, IJudgementStore store)
{
    private readonly Dictionary<int, Dictionary<int, RungEntry>> _final = [];

    /// <summary>What is there of the trials in a range at the end of an epoch.</summary>
    public async Task<IReadOnlyList<RungEntry>> AtAsync(int epoch, TrialRange range)
    {
        if (!_final.TryGetValue(epoch, out var known))
            _final[epoch] = known = [];
        var (found, open) = (new List<RungEntry>(), new List<int>());
        for (var number = range.First; number <= range.Last; number++)
        {
            if (known.TryGetValue(number, out var entry))
                found.Add(entry);
            else
                open.Add(number);
        }

        if (open.Count == 0)
            return found;
        foreach (var (entry, isFinal) in await store.EntriesAsync(sweep, open, epoch))
        {
            found.Add(entry);
            if (isFinal)
                known[entry.Number] = entry;
        }

        return found;
    }

    /// <summary>The trials up to a number, ascending, that have not got to the end of an epoch and are not over.</summary>
    public async Task<List<int>> MissingAsync(int epoch, int last)
    {
        var there = (await AtAsync(epoch, new(1, last)))
            .Where(entry => entry.Best is not null || entry.IsOver)
            .Select(entry => entry.Number)
            .ToHashSet();
        return [.. Enumerable.Range(1, last).Where(number => !there.Contains(number))];
    }
}
