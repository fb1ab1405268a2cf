using Sweep.Domain.Search;

namespace Sweep.Domain.Sweeps;

public static class SearchMethods
{
    /// <summary>The method that a spec names.</summary>
    /// <exception cref="ArgumentException">The spec lacks what its method needs.</exception>
    public static ISearchMethod For(SweepSpec spec) => spec.Method.Kind switch
    {
        MethodKind.Grid => new GridSearch(spec.Parameters, spec.Seed),
        MethodKind.Random => new RandomSearch(
            spec.Parameters,
            spec.Seed,
            spec.Method.Trials ?? throw new ArgumentException("A random search needs a number of trials.", nameof(spec))),
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.Method.Kind, "No search method has this name."),
    };
}
