namespace Sweep.Domain.Search;

/// <summary>
/// Tries each point of another method several times, each time with another seed. The seeds are the same at every point, so that a
/// difference between points is not one between seeds. The trials of a point follow each other.
/// </summary>
/// <param name="points">A method that waits for no outcome.</param>
/// <param name="replicates">How often each point is tried; at least 1.</param>
public sealed class ReplicatedSearch(ISearchMethod points, int replicates, ParameterCatalog catalog, long seed) : ISearchMethod
{
    public int Count => checked(points.Count * replicates);

    public int WaitsFor(int number) => 0;

    public ParameterMap Propose(int number, IReadOnlyList<KnownTrial> known)
    {
        this.Check(number);
        var replicate = (number - 1) % replicates;
        var point = points.Propose(((number - 1) / replicates) + 1, []);
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
}
