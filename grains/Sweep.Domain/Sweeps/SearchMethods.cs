using Sweep.Domain.Search;

namespace Sweep.Domain.Sweeps;

public static class SearchMethods
{
    /// <summary>
    /// The trials of a spec: its method's points, each with all of its replicates. Points that train the same as another are left out where
    /// they are known beforehand.
    /// </summary>
    /// <exception cref="ArgumentException">The spec lacks what its method needs.</exception>
    public static ISearchMethod For(SweepSpec spec) => For(spec, Points(spec));

    /// <summary>The trials that are proposed before any has an outcome: all of them, unless the method learns.</summary>
    public static IReadOnlyList<ParameterMap> First(SweepSpec spec) =>
        spec.Method.Kind.Learns() ? new SweepSearch(spec).Next([], For(spec).Count)?.Trials ?? [] : [.. For(spec).Trials()];

    /// <summary>Trials to check before any runs: all of them, or of a method that learns many that it may propose.</summary>
    public static IReadOnlyList<ParameterMap> ToCheck(SweepSpec spec)
    {
        if (!spec.Method.Kind.Learns())
            return [.. For(spec).Trials()];
        var points = new DistinctSearch(new SpaceSample(spec.Parameters, spec.Seed), spec.Parameters.Own is not null);
        return [.. For(spec with { Replicates = Math.Min(2, spec.TrialsPerPoint) }, points).Trials()];
    }

    /// <param name="points">As <see cref="Points"/> gives them.</param>
    internal static ISearchMethod For(SweepSpec spec, ISearchMethod points) => spec.TrialsPerPoint == 1
        ? points
        : new ReplicatedSearch(points, spec.TrialsPerPoint, spec.Parameters.Catalog, spec.Seed);

    /// <summary>The points that the method of a spec tries.</summary>
    internal static ISearchMethod Points(SweepSpec spec) =>
        spec.Replicates is not null && !spec.Method.Kind.Learns()
            && EqualTrials.ArePossible(spec.Parameters, isDrawn: spec.Method.Kind != MethodKind.Grid)
            ? new DistinctSearch(All(spec), spec.Parameters.Own is not null)
            : All(spec);

    private static ISearchMethod All(SweepSpec spec)
    {
        var (space, seed) = (spec.Parameters, spec.Seed);
        if (spec.Method.Kind == MethodKind.Grid)
            return new GridSearch(space, seed);
        var trials = spec.Method.Trials
            ?? throw new ArgumentException($"The method {spec.Method.Kind.Word()} needs a number of trials.", nameof(spec));
        var window = new SearchWindow(spec.Search?.Window ?? SearchWindow.Default);
        return spec.Method.Kind switch
        {
            MethodKind.Random => new RandomSearch(space, seed, trials),
            MethodKind.Sobol => new SobolSearch(space, seed, trials),
            MethodKind.Tpe => new TpeSearch(space, seed, trials, window),
            MethodKind.Gp => new GpSearch(space, seed, trials, window),
            MethodKind.CmaEs => new CmaEsSearch(space, seed, trials, window),
            MethodKind.NsgaIi => new NsgaSearch(space, seed, trials, window),
            _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.Method.Kind, "No search method has this name."),
        };
    }
}
