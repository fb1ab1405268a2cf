using Sweep.Domain.Sweeps;

namespace Sweep.Client.SweepFiles;

/// <summary>Adds to a mistake the line where it was written, and shows its value as it was written there.</summary>
internal static class ProblemPlace
{
    public static SweepFileException In(this SpecProblem problem, YamlMap file)
    {
        YamlNode node = file;
        foreach (var key in problem.Path.Split('.'))
        {
            // What the file leaves at its default has no line of its own: the section's stands for it.
            if (node is not YamlMap map || map.Find(key) is not { } next)
                return (node with { Path = problem.Path }).Wrong(problem.Value + problem.Remark, problem.Expected);
            node = next;
        }

        if (problem.Value is null)
            return (Item(node, problem.Item) with { Path = node.Path }).Wrong(problem.Remark, problem.Expected);
        // One value is written plainly or as a list of one.
        if (node is YamlMap parameter && parameter.Find("values") is { } values)
            node = values;
        node = Item(node, problem.Item ?? (node is YamlList { Items.Count: 1 } ? 0 : null));
        return node.Wrong(node.Shown + problem.Remark, PlainValue.WithHint(node, problem.Expected));
    }

    private static YamlNode Item(YamlNode node, int? item) =>
        item is { } index && node is YamlList list && index < list.Items.Count ? list.Items[index] : node;
}
