using System.Numerics;

namespace Sweep.Domain.Search;

/// <summary>
/// Every combination of the dimensions' values, in the order of the file, the last one varying fastest.
/// Where the condition of a dimension does not hold it has its default, once. Combinations that a constraint forbids are left out.
/// </summary>
/// <exception cref="ArgumentException">A dimension is a range without a count or a step.</exception>
public sealed class GridSearch(SearchSpace space, long seed) : ISearchMethod
{
    private readonly GridTree _tree = GridTree.Of(space);

    /// <summary>How many trials there are, by arithmetic: nothing is expanded.</summary>
    public BigInteger Total => _tree.Trials;

    /// <summary>
    /// How many combinations of values constraints may have to be held against, which takes time: those of the dimensions that constraints
    /// name.
    /// </summary>
    public static BigInteger Constrained(SearchSpace space)
    {
        var named = new Constraints(space).All.SelectMany(constraint => constraint.Parameters).ToHashSet();
        return space.Dimensions.Where(dimension => named.Contains(dimension.Name))
            .Aggregate(BigInteger.One, (product, dimension) => product * dimension.Points(space.Catalog)!.Count);
    }

    /// <exception cref="OverflowException">There are more than two thousand million; <see cref="Total"/> says how many.</exception>
    public int Count => checked((int)Total);

    public int WaitsFor(int number) => 0;

    public ParameterMap Propose(int number, IReadOnlyList<KnownTrial> known)
    {
        this.Check(number);
        var chosen = new Dictionary<string, ParameterValue>();
        long place = number - 1;
        for (var node = _tree; node.Next(ref place) is var (next, value); node = next)
        {
            if (value is not null)
                chosen[node.Name] = value;
        }

        return space.Catalog.Complete(chosen, seed);
    }
}
