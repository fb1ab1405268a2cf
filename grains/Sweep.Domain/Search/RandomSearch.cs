namespace Sweep.Domain.Search;

/// <summary>
/// Independent draws: a list, and the points of a range with a count or a step, uniformly; any other range uniformly on its scale.
/// Each number depends on the seed, the trial and the dimension alone, so the first n of 2n trials are the n trials.
/// Source: Bergstra and Bengio, Random search for hyper-parameter optimization, JMLR 13, 2012.
/// </summary>
public sealed class RandomSearch(SearchSpace space, long seed, int trials) : ISearchMethod
{
    private readonly UnitCube _cube = new(space, seed);

    public int Count => trials;

    public int WaitsFor(int number) => 0;

    public ParameterMap Propose(int number, IReadOnlyList<KnownTrial> known)
    {
        this.Check(number);
        return _cube.Allowed(number, _cube.Trial(axis => SplitMix64.Uniform(seed, number, axis)));
    }
}
