using System.Text.RegularExpressions;

namespace Sweep.Tests.Docs;

/// <summary>The edges of diagrams as GitHub draws them.</summary>
internal static partial class Mermaid
{
    /// <summary>
    /// The edges of a <c>stateDiagram-v2</c>, once for each of its labels; where it has none, with an empty one. <c>[*]</c> is the
    /// beginning and the end.
    /// </summary>
    public static IReadOnlyList<(string From, string To, string Label)> StateEdges(string diagram)
    {
        Assert.StartsWith("stateDiagram-v2\n", diagram, StringComparison.Ordinal);
        return
        [
            .. Matches(diagram, StateEdge())
                .SelectMany(edge => edge.Groups[3].Value.Split(", ").Select(label => (edge.Groups[1].Value, edge.Groups[2].Value, label))),
        ];
    }

    /// <summary>The arrows of a flowchart of names.</summary>
    public static IReadOnlyList<(string From, string To)> Arrows(string diagram)
    {
        Assert.StartsWith("flowchart ", diagram, StringComparison.Ordinal);
        return [.. Matches(diagram, Arrow()).Select(arrow => (arrow.Groups[1].Value, arrow.Groups[2].Value))];
    }

    /// <summary>Every line below the first one, none of which may be anything else.</summary>
    private static IEnumerable<Match> Matches(string diagram, Regex edge) =>
        from line in diagram.Split('\n').Skip(1)
        where line.Trim().Length > 0
        select edge.Match(line.Trim()) is { Success: true } match ? match : throw new InvalidOperationException($"no edge: {line}");

    [GeneratedRegex(@"^(\w+|\[\*\]) --> (\w+|\[\*\])(?: : (.+))?$")]
    private static partial Regex StateEdge();

    [GeneratedRegex(@"^(\w+) --> (\w+)$")]
    private static partial Regex Arrow();
}
