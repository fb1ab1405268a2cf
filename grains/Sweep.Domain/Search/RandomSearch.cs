namespace Sweep.Domain.Search;

/// <summary>
/// Independent draws: a list, and the points of a range with a count or a step, uniformly; any other range uniformly on its scale.
/// Each number depends on the seed, the trial and the dimension alone, so the first n of 2n trials are the n trials.
/// Source: Bergstra and Bengio, Random search for hyper-parameter optimization, JMLR 13, 2012.
/// </summary>
public sealed class RandomSearch(SearchSpace space, long seed, int trials) : ISearchMethod
{
    private readonly (Dimension Dimension, IReadOnlyList<ParameterValue>? Points)[] _axes =
        [.. space.Dimensions.Select(dimension => (dimension, dimension.Points(space.Catalog)))];

    public int Count => trials;

    public int WaitsFor(int number) => 0;

    public ParameterMap Propose(int number, IReadOnlyList<KnownTrial> known)
    {
        this.Check(number);
        var chosen = new Dictionary<string, ParameterValue>();
        foreach (var (axis, (dimension, points)) in _axes.Index())
        {
            if (!dimension.Applies(chosen, space.Catalog))
                continue;
            var place = SplitMix64.Uniform(seed, number, axis);
            chosen[dimension.Name] = points is null
                ? RangePoints.At((DimensionDomain.Range)dimension.Domain, dimension.IsWhole(space.Catalog), place)
                : points[(int)(place * points.Count)];
        }

        return space.Catalog.Complete(chosen, seed);
    }
}
