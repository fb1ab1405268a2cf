namespace Sweep.Domain.Search;

/// <summary>
/// The points of Sobol's sequence, scrambled by the sweep's seed: like random draws, but without the clusters and holes that those have.
/// Trial n is point n − 1, so the first n of 2n trials are the n trials. See <see cref="SobolPoints"/> for the sources.
/// </summary>
public sealed class SobolSearch(SearchSpace space, long seed, int trials) : ISearchMethod
{
    private readonly SobolPlaces _places = new(new(space, seed), seed);

    public int Count => trials;

    public int WaitsFor(int number) => 0;

    public ParameterMap Propose(int number, IReadOnlyList<KnownTrial> known)
    {
        this.Check(number);
        return _places.Trial(number);
    }
}

/// <summary>The places of Sobol's points on the axes of a space. Constants take no dimension of the sequence.</summary>
internal sealed class SobolPlaces(UnitCube cube, long seed)
{
    private readonly int[] _dimensions = [.. cube.Axes.Select((_, index) => cube.Axes.Take(index).Count(axis => !axis.IsConstant))];

    public UnitCube Cube => cube;

    /// <summary>The trial at its own point or, where a constraint forbids that, at a random one.</summary>
    public ParameterMap Trial(int number) => cube.Allowed(number, cube.Trial(axis => Of(number, axis)));

    /// <summary>The place of a trial in [0, 1). Axes beyond the sequence's dimensions are drawn at random.</summary>
    public double Of(int number, int axis) => _dimensions[axis] < SobolPoints.Dimensions
        ? SobolPoints.Scrambled((uint)number - 1, _dimensions[axis], seed)
        : SplitMix64.Uniform(seed, number, axis);
}
