namespace Sweep.Domain.Search;

/// <summary>
/// Trials from all over a space, of which many are at the ends of its ranges. They stand for what a method that learns may propose later,
/// where all trials are checked before the first one runs.
/// </summary>
public sealed class SpaceSample(SearchSpace space, long seed) : ISearchMethod
{
    private readonly UnitCube _cube = new(space, seed);

    public int Count => 2_000;

    public int WaitsFor(int number) => 0;

    public ParameterMap Propose(int number, IReadOnlyList<KnownTrial> known)
    {
        var draws = new RandomStream(seed, this.Check(number), -400);
        return _cube.Allowed(number, _cube.Trial(axis => _cube.Axes[axis].Dimension.Domain is DimensionDomain.Range
            ? draws.Below(3) switch { 0 => 0, 1 => Math.BitDecrement(1), _ => draws.Uniform() }
            : draws.Uniform()));
    }
}
