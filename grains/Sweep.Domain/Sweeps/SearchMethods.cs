using Sweep.Domain.Search;

namespace Sweep.Domain.Sweeps;

public static class SearchMethods
{
    /// <summary>The trials of a spec: its method's points without those that train the same, each with all of its replicates.</summary>
    /// <exception cref="ArgumentException">The spec lacks what its method needs.</exception>
    public static ISearchMethod For(SweepSpec spec) => For(spec, Points(spec));

    /// <param name="points">As <see cref="Points"/> gives them.</param>
    internal static ISearchMethod For(SweepSpec spec, ISearchMethod points) => spec.TrialsPerPoint == 1
        ? points
        : new ReplicatedSearch(points, spec.TrialsPerPoint, spec.Parameters.Catalog, spec.Seed);

    /// <summary>The points that the method of a spec tries.</summary>
    internal static ISearchMethod Points(SweepSpec spec) =>
        spec.Replicates is not null && EqualTrials.ArePossible(spec.Parameters, isDrawn: spec.Method.Kind == MethodKind.Random)
            ? new DistinctSearch(All(spec))
            : All(spec);

    private static ISearchMethod All(SweepSpec spec) => spec.Method.Kind switch
    {
        MethodKind.Grid => new GridSearch(spec.Parameters, spec.Seed),
        MethodKind.Random => new RandomSearch(
            spec.Parameters,
            spec.Seed,
            spec.Method.Trials ?? throw new ArgumentException("A random search needs a number of trials.", nameof(spec))),
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.Method.Kind, "No search method has this name."),
    };
}
