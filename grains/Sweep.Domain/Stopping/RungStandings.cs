using System.Collections;
using System.Collections.Immutable;

namespace Sweep.Domain.Stopping;

/// <summary>
/// Where the trials of a sweep stand at the end of one epoch, and how they rank there. Trials join the ranking in the order of their
/// numbers, each once, so that the time of a judgement grows with the logarithm of their count.
/// </summary>
public sealed class RungStandings : IEnumerable<RungEntry>
{
    /// <summary>
    /// The most rankings that are kept, half of them at the least. Judgements come nearly in the order of numbers, so that older ones are
    /// seldom asked for; then everything is ranked again.
    /// </summary>
    private const int Kept = 2_000;

    /// <summary>By number, from 1; null where nothing is known of a trial.</summary>
    private readonly List<RungEntry?> _entries = [];

    /// <summary>The first one is of the trials up to <see cref="_first"/>, and each has one trial more than the one before.</summary>
    private readonly List<Ranking> _rankings = [Ranking.Empty];

    private int _first;

    /// <summary>All trials up to this number are there or over.</summary>
    private int _settled;

    /// <summary>Adds what is known of a trial, in place of what was known before.</summary>
    public void Add(RungEntry entry)
    {
        while (_entries.Count < entry.Number)
            _entries.Add(null);
        var before = _entries[entry.Number - 1];
        _entries[entry.Number - 1] = entry;
        if (before is not null && !IsSettled(entry))
            _settled = Math.Min(_settled, entry.Number - 1);
        if (Equals(before?.Best, entry.Best))
            return;
        if (entry.Number <= _first)
            Forget();
        else if (entry.Number - _first < _rankings.Count)
            _rankings.RemoveRange(entry.Number - _first, _rankings.Count - (entry.Number - _first));
    }

    /// <summary>What is known of a trial; null when nothing is.</summary>
    public RungEntry? Find(int number) => number <= _entries.Count ? _entries[number - 1] : null;

    /// <summary>The first trial of a range, but for one, that is neither there nor over; null when there is none.</summary>
    public int? Missing(TrialRange range, int except)
    {
        while (_settled < _entries.Count && IsSettled(_entries[_settled]))
            _settled++;
        for (var number = Math.Max(range.First, _settled + 1); number <= range.Last; number++)
        {
            if (number != except && !IsSettled(Find(number)))
                return number;
        }

        return null;
    }

    /// <summary>The trials of a range, but for one, that are there.</summary>
    public Ranking Ranked(TrialRange range, int except)
    {
        var ranking = range.First == 1 ? UpTo(range.Last) : Ranking.Empty;
        for (var number = range.First; range.First > 1 && number <= range.Last; number++)
            ranking = ranking.With(Find(number));
        return except >= range.First && except <= range.Last ? ranking.Without(Find(except)) : ranking;
    }

    public IEnumerator<RungEntry> GetEnumerator() => _entries.OfType<RungEntry>().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private Ranking UpTo(int last)
    {
        if (last < _first)
            Forget();
        for (var number = _first + _rankings.Count; number <= last; number++)
        {
            _rankings.Add(_rankings[^1].With(Find(number)));
            if (_rankings.Count > Kept)
            {
                _rankings.RemoveRange(0, Kept / 2);
                _first += Kept / 2;
            }
        }

        return _rankings[last - _first];
    }

    private void Forget()
    {
        _rankings.Clear();
        _rankings.Add(Ranking.Empty);
        _first = 0;
    }

    private static bool IsSettled(RungEntry? entry) => entry is { Best: not null } or { IsOver: true };
}

/// <summary>Trials at a rung, the best first; of equal ones the lower number is first. It does not change.</summary>
public sealed class Ranking
{
    private readonly ImmutableSortedSet<(double Score, int Number)> _places;

    private Ranking(ImmutableSortedSet<(double, int)> places) => _places = places;

    public static Ranking Empty { get; } = new([]);

    public int Count => _places.Count;

    /// <summary>The score of the trial at a place, from 0.</summary>
    public double this[int place] => _places[place].Score;

    /// <summary>How many trials are better than one that is not among them.</summary>
    public int Before(double score, int number) => ~_places.IndexOf((score, number));

    /// <summary>The same with one more trial, if it is there.</summary>
    public Ranking With(RungEntry? entry) => entry?.Best is { } best ? new(_places.Add((RungTable.Lowest(best), entry.Number))) : this;

    public Ranking Without(RungEntry? entry) =>
        entry?.Best is { } best ? new(_places.Remove((RungTable.Lowest(best), entry.Number))) : this;
}
