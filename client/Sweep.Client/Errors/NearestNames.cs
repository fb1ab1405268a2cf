namespace Sweep.Client.Errors;

/// <summary>The names that a user may have meant: the known names with the fewest edits.</summary>
internal static class NearestNames
{
    private const int Most = 3;

    /// <summary>
    /// At most three names, the nearest first. A name that differs in more than two letters and in more than a third of them is left out,
    /// unless it begins with the given one.
    /// </summary>
    public static IReadOnlyList<string> Of(string name, IEnumerable<string> known) =>
    [
        .. known.Distinct()
            .Select(candidate => (candidate, edits: Edits(name, candidate)))
            .Where(pair => pair.edits <= Math.Max(2, name.Length / 3))
            .OrderBy(pair => pair.edits)
            .Select(pair => pair.candidate)
            .Take(Most),
    ];

    private static int Edits(string name, string candidate) =>
        candidate.StartsWith(name, StringComparison.OrdinalIgnoreCase) ? 0 : EditDistance.Between(name, candidate);
}
