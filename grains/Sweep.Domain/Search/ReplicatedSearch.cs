namespace Sweep.Domain.Search;

/// <summary>
/// Tries each point of another method several times, each time with another seed. The seeds are the same at every point, so that a
/// difference between points is not one between seeds. The trials of a point follow each other.
/// </summary>
/// <param name="replicates">How often each point is tried; at least 1.</param>
public sealed class ReplicatedSearch(ISearchMethod points, int replicates, ParameterCatalog catalog, long seed) : ISearchMethod
{
    public int Count => checked(points.Count * replicates);

    public int WaitsFor(int number) => points.WaitsFor(Point(number)) * replicates;

    public bool HasLearned(int number, IReadOnlyList<KnownTrial> known) => points.HasLearned(Point(number), PointsBefore(number, known));

    public ParameterMap Propose(int number, IReadOnlyList<KnownTrial> known)
    {
        this.Check(number);
        var replicate = (number - 1) % replicates;
        var point = points.Propose(Point(number), PointsBefore(number, known));
        return replicate == 0 ? point : catalog.All
            .Where(definition => definition.IsSeed)
            .Aggregate(point, (map, definition) => map.With(definition.Name, new ParameterValue.Whole(Seed(seed, replicate))));
    }

    /// <summary>
    /// The seed of a replicate; the first one has the sweep's own. Seeds have nine digits at most, so that people can type them.
    /// </summary>
    /// <param name="replicate">From 0.</param>
    public static long Seed(long seed, int replicate) =>
        replicate == 0 ? seed : (long)(SplitMix64.Uniform(seed, replicate, dimension: -1) * 1_000_000_000);

    /// <summary>
    /// A point as one trial: its score is the mean of those that its replicates have, and it is known as far as the least known of them.
    /// </summary>
    private static KnownTrial Mean(int point, IReadOnlyList<KnownTrial> trials)
    {
        var scored = trials.Where(trial => trial.Score is not null).ToList();
        return new(
            point,
            trials[0].Parameters,
            scored.Count > 0 ? scored.Average(trial => trial.Score!.Value) : null,
            scored.Min(trial => trial.Rung),
            trials.Select(trial => trial.Scores).OfType<IReadOnlyList<double>>().ToList() is { Count: > 0 } all
                ? [.. all[0].Select((_, objective) => all.Average(scores => scores[objective]))]
                : null,
            IsRunning: scored.Count == 0 && trials.Any(trial => trial.IsRunning));
    }

    private IReadOnlyList<KnownTrial> PointsBefore(int number, IReadOnlyList<KnownTrial> known) =>
    [
        .. known
            .Where(trial => Point(trial.Number) < Point(number))
            .GroupBy(trial => Point(trial.Number))
            .Select(trials => Mean(trials.Key, [.. trials])),
    ];

    private int Point(int number) => ((number - 1) / replicates) + 1;
}
