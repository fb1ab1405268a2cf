using System.Text.RegularExpressions;

namespace Sweep.Tests.Docs;

/// <summary>The edges of diagrams as GitHub draws them.</summary>
internal static partial class Mermaid
{
    /// <summary>An edge of a <c>stateDiagram-v2</c> for each of its labels; one without a label has an empty one. <c>[*]</c> is the beginning and the end.</summary>
    public static IReadOnlyList<(string From, string To, string Label)> StateEdges(string diagram)
    {
        Assert.StartsWith("stateDiagram-v2\n", diagram, StringComparison.Ordinal);
        return
        [
            .. Lines(diagram).Select(line => StateEdge().Match(line) is { Success: true } edge ? edge : throw new InvalidOperationException($"no edge of a state diagram: {line}"))
                .SelectMany(edge => edge.Groups[3].Value.Split(", ").Select(label => (edge.Groups[1].Value, edge.Groups[2].Value, label))),
        ];
    }

    /// <summary>The arrows of a flowchart of names.</summary>
    public static IReadOnlyList<(string From, string To)> Arrows(string diagram)
    {
        Assert.StartsWith("flowchart ", diagram, StringComparison.Ordinal);
        return
        [
            .. Lines(diagram).Select(line => Arrow().Match(line) is { Success: true } arrow ? arrow : throw new InvalidOperationException($"no arrow between two names: {line}"))
                .Select(arrow => (arrow.Groups[1].Value, arrow.Groups[2].Value)),
        ];
    }

    private static IEnumerable<string> Lines(string diagram) => diagram.Split('\n').Skip(1).Select(line => line.Trim()).Where(line => line.Length > 0);

    [GeneratedRegex(@"^(\w+|\[\*\]) --> (\w+|\[\*\])(?: : (.+))?$")]
    private static partial Regex StateEdge();

    [GeneratedRegex(@"^(\w+) --> (\w+)$")]
    private static partial Regex Arrow();
}
