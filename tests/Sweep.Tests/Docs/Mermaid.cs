using System.Text.RegularExpressions;

namespace Sweep.Tests.Docs;

/// <summary>Reads the edges of diagrams that GitHub draws.</summary>
internal static partial class Mermaid
{
    /// <summary>
    /// Returns the edges of a <c>stateDiagram-v2</c>. An edge with several labels is returned once for each label, and an edge without a
    /// label has an empty one. <c>[*]</c> is the beginning and the end.
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

    /// <summary>Returns the arrows of a flowchart whose nodes are names.</summary>
    public static IReadOnlyList<(string From, string To)> Arrows(string diagram)
    {
        Assert.StartsWith("flowchart ", diagram, StringComparison.Ordinal);
        return [.. Matches(diagram, Arrow()).Select(arrow => (arrow.Groups[1].Value, arrow.Groups[2].Value))];
    }

    /// <summary>Returns the edge of every line below the first one. A line that is no edge is an error.</summary>
    private static IEnumerable<Match> Matches(string diagram, Regex edge) =>
        from line in diagram.Split('\n').Skip(1)
        where line.Trim().Length > 0
        select edge.Match(line.Trim()) is { Success: true } match ? match : throw new InvalidOperationException($"no edge: {line}");

    [GeneratedRegex(@"^(\w+|\[\*\]) --> (\w+|\[\*\])(?: : (.+))?$")]
    private static partial Regex StateEdge();

    [GeneratedRegex(@"^(\w+) --> (\w+)$")]
    private static partial Regex Arrow();
}
