using Sweep.Domain.Stopping;

namespace Sweep.Grains;

/// <summary>
/// Where the trials of a sweep and their points stand at the ends of epochs, read from the rows. What cannot change any more is read once;
/// it may be lost at any time.
/// </summary>
internal sealed class RungBook(int sweep, SweepRules rules, IJudgementStore store)
{
    private readonly Dictionary<int, Page> _pages = [];

    /// <summary>What is known of one epoch.</summary>
    private sealed class Page
    {
        public RungStandings Trials { get; } = [];

        public RungStandings Points { get; } = [];

        /// <summary>The trials up to <see cref="Seen"/> that may still change.</summary>
        public SortedSet<int> Open { get; } = [];

        public int Seen { get; set; }
    }

    /// <summary>Reads where the trials of some points stand at the end of an epoch.</summary>
    /// <param name="points">Not empty.</param>
    /// <returns>All trials and all points as they are known now, which may change with the next call.</returns>
    public async Task<(RungStandings Trials, RungStandings Points)> AtAsync(int epoch, TrialRange points)
    {
        if (!_pages.TryGetValue(epoch, out var page))
            _pages[epoch] = page = new();
        var wanted = rules.Trials(points);
        for (; page.Seen < wanted.Last; page.Seen++)
            page.Open.Add(page.Seen + 1);
        int[] open = [.. page.Open.GetViewBetween(wanted.First, wanted.Last)];
        if (open.Length > 0)
        {
            var read = await store.EntriesAsync(sweep, open, epoch);
            // Another call may have read newer rows in the meantime, and then has closed what is final.
            foreach (var (entry, isFinal) in read.Where(row => page.Open.Contains(row.Entry.Number)))
            {
                page.Trials.Add(entry);
                if (isFinal)
                    page.Open.Remove(entry.Number);
            }

            foreach (var point in read.Select(row => rules.Point(row.Entry.Number)).Distinct())
                page.Points.Add(RungEntry.OfPoint(point, Replicates(page.Trials, point)));
        }

        return (page.Trials, page.Points);
    }

    /// <summary>The trials of a point; null for one of which nothing is known.</summary>
    private IReadOnlyList<RungEntry?> Replicates(RungStandings trials, int point)
    {
        var (first, last) = rules.Trials(new(point, point));
        return [.. Enumerable.Range(first, last - first + 1).Select(trials.Find)];
    }
}
