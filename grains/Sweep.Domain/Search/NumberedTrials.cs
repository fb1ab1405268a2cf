namespace Sweep.Domain.Search;

/// <summary>The trials of a search method by their numbers, which start at 1.</summary>
public static class NumberedTrials
{
    /// <summary>The first trials by number, up to the first one that waits for an outcome: all of a method that waits for none.</summary>
    public static IEnumerable<ParameterMap> Trials(this ISearchMethod method) =>
        Enumerable.Range(1, method.Count).TakeWhile(number => method.WaitsFor(number) == 0).Select(number => method.Propose(number, []));

    /// <exception cref="ArgumentOutOfRangeException">The method has no trial of this number.</exception>
    internal static int Check(this ISearchMethod method, int number) => number >= 1 && number <= method.Count
        ? number
        : throw new ArgumentOutOfRangeException(nameof(number), number, $"Trials are numbered from 1 to {method.Count}.");
}
