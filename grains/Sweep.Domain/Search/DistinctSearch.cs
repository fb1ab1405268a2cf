namespace Sweep.Domain.Search;

/// <summary>Leaves out those trials of another method that train the same as an earlier one.</summary>
public sealed class DistinctSearch : ISearchMethod
{
    private readonly ISearchMethod _all;
    private readonly List<int> _kept = [];

    /// <param name="all">A method that waits for no outcome.</param>
    /// <param name="isOwn">Whether its trials are those of a program.</param>
    public DistinctSearch(ISearchMethod all, bool isOwn = false)
    {
        _all = all;
        var seen = new Dictionary<string, string?>();
        var reasons = new HashSet<string>();
        foreach (var (index, trial) in all.Trials().Index())
        {
            var (same, reason) = EqualTrials.Of(trial, isOwn);
            if (seen.TryAdd(same, reason))
                _kept.Add(index + 1);
            else
                reasons.Add(reason ?? seen[same] ?? "drawn a second time");
        }

        Reasons = [.. reasons];
    }

    public int Count => _kept.Count;

    /// <summary>How many trials are left out.</summary>
    public int LeftOut => _all.Count - _kept.Count;

    /// <summary>Why trials train the same as others, each reason once.</summary>
    public IReadOnlyList<string> Reasons { get; }

    public int WaitsFor(int number) => 0;

    public ParameterMap Propose(int number, IReadOnlyList<KnownTrial> known) => _all.Propose(_kept[this.Check(number) - 1], known);
}
