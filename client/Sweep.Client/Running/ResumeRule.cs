using System.Text.Json.Nodes;
using Sweep.Domain.Sweeps;
using Sweep.Storage.Reading;

namespace Sweep.Client.Running;

/// <summary>Finds the stored sweep that a second run of the same file goes on with.</summary>
internal static class ResumeRule
{
    /// <summary>
    /// The newest sweep that has not ended, has the same specification as the file, and has its name or its name with a suffix (<c>-2</c>,
    /// …); null when there is none.
    /// </summary>
    public static SweepOverview? Find(SweepSpec spec, IEnumerable<SweepOverview> stored) => stored
        .Where(sweep => sweep.State is SweepState.Running or SweepState.Paused)
        .Where(sweep => IsNameOrSuffixed(sweep.Name, spec.Name) && AreEqual(sweep.Spec, spec))
        .MaxBy(sweep => sweep.CreatedAt);

    private static bool IsNameOrSuffixed(string stored, string name) =>
        stored == name
        || (stored.StartsWith(name + "-", StringComparison.Ordinal)
            && stored[(name.Length + 1)..] is { Length: > 0 } suffix
            && suffix.All(char.IsAsciiDigit));

    // Specifications are compared as JSON, since records compare their lists by reference, and the database changes the order of members.
    private static bool AreEqual(SweepSpec one, SweepSpec other) => JsonNode.DeepEquals(Content(one), Content(other));

    /// <summary>
    /// The specification without its name, with today's word for a split that an earlier version named otherwise, and with the number of
    /// replicates that an earlier version did not have.
    /// </summary>
    private static JsonNode? Content(SweepSpec spec) => JsonNode.Parse(
        (spec with { Name = "", Dataset = spec.Dataset with { Split = spec.Dataset.Kind }, Replicates = spec.TrialsPerPoint }).ToJson());
}
