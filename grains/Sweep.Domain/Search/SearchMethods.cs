using Sweep.Domain.Sweeps;

namespace Sweep.Domain.Search;

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

    /// <summary>The first trials by number, up to the first one that waits for an outcome: all of a method that waits for none.</summary>
    public static IEnumerable<ParameterMap> Trials(this ISearchMethod method) =>
        Enumerable.Range(1, method.Count).TakeWhile(number => method.WaitsFor(number) == 0).Select(number => method.Propose(number, []));

    /// <exception cref="ArgumentOutOfRangeException">The method has no trial of this number.</exception>
    internal static int Check(this ISearchMethod method, int number) => number >= 1 && number <= method.Count
        ? number
        : throw new ArgumentOutOfRangeException(nameof(number), number, $"Trials are numbered from 1 to {method.Count}.");
}
