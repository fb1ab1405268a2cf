using System.Runtime.CompilerServices;

namespace Sweep.Domain.Search;

/// <summary>A space as a cube whose sides are its dimensions in the order of the file, each from 0 to 1.</summary>
internal sealed class UnitCube(SearchSpace space, long seed)
{
    /// <summary>
    /// The places of trials that were asked for before. A caller that keeps the trials of a sweep has them looked up once and not for each
    /// proposal. Nothing is lost with it.
    /// </summary>
    private readonly ConditionalWeakTable<ParameterMap, double[]> _known = [];

    private readonly Constraints _constraints = new(space);

    /// <summary>
    /// The most draws until one satisfies the constraints. Spaces of which less than about a thousandth does are refused, so that no trial
    /// ever needs so many.
    /// </summary>
    private const int MostDraws = 100_000;

    /// <summary>A stream below those of all samplers.</summary>
    private const int DrawStream = -600;

    public IReadOnlyList<SearchAxis> Axes { get; } =
        [.. space.Dimensions.Select(dimension => new SearchAxis(dimension, space.Catalog))];

    /// <summary>The trial at a point. Where a condition fails, the place is not asked for.</summary>
    /// <param name="place">In [0, 1), by the index of the axis.</param>
    public ParameterMap Trial(Func<int, double> place)
    {
        var chosen = new Dictionary<string, ParameterValue>();
        foreach (var (index, axis) in Axes.Index())
        {
            if (axis.Dimension.Applies(chosen, space.Catalog))
                chosen[axis.Dimension.Name] = axis.At(place(index));
        }

        return space.Catalog.Complete(chosen, seed);
    }

    /// <summary>Whether an axis has a value of its own beside the values that are chosen already.</summary>
    public bool Applies(int axis, IReadOnlyDictionary<string, ParameterValue> chosen) =>
        Axes[axis].Dimension.Applies(chosen, space.Catalog);

    /// <summary>A trial with these values and the defaults of the other parameters.</summary>
    public ParameterMap Trial(IReadOnlyDictionary<string, ParameterValue> chosen) => space.Catalog.Complete(chosen, seed);

    public bool HasConstraints => _constraints.All.Count > 0;

    /// <summary>Whether a trial satisfies the constraints.</summary>
    public bool Allows(ParameterMap trial) => _constraints.Allow(trial);

    /// <summary>What a sampler proposed or, if a constraint forbids it, the first draw that none forbids.</summary>
    /// <param name="number">The number of the trial, which the draws depend on.</param>
    public ParameterMap Allowed(int number, ParameterMap proposed)
    {
        if (Allows(proposed))
            return proposed;
        var draws = new RandomStream(seed, number, DrawStream);
        for (var draw = 0; draw < MostDraws; draw++)
        {
            var trial = Trial(_ => draws.Uniform());
            if (Allows(trial))
                return trial;
        }

        throw new InvalidOperationException($"None of {MostDraws} draws satisfies the constraints of the space.");
    }

    /// <summary>How many of some random points of the space satisfy the constraints.</summary>
    public static int Allowed(SearchSpace space, int points)
    {
        var cube = new UnitCube(space, seed: 0);
        // Trials have positive numbers, so these draws are those of no trial.
        return Enumerable.Range(0, points).Count(point => cube.Allows(cube.Trial(axis => SplitMix64.Uniform(0, -point, axis))));
    }

    /// <summary>Where a trial is, by the index of the axis; not-a-number where a condition fails.</summary>
    public double[] Places(ParameterMap trial) => _known.GetValue(trial, Find);

    private double[] Find(ParameterMap trial) => [.. Axes.Select(axis =>
        axis.Dimension.When?.All(condition => condition.Value.Contains(trial.Find(condition.Key)!)) != false
        && trial.Find(axis.Dimension.Name) is { } value
            ? axis.PlaceOf(value)
            : double.NaN)];
}
