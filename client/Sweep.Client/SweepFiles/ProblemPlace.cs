using Sweep.Domain.Sweeps;

namespace Sweep.Client.SweepFiles;

/// <summary>Adds the line of the file to a mistake that the domain found, and shows the value as the file has it.</summary>
internal static class ProblemPlace
{
    public static SweepFileException In(this SpecProblem problem, YamlMap file)
    {
        YamlNode node = file;
        foreach (var key in problem.Path.Split('.'))
        {
            // The key is within an item of a list.
            if (node is YamlList)
                node = Item(node, problem.Item ?? 0);
            // A key that the file leaves out has no line, so the error gets the line of the section.
            if (node is not YamlMap map || map.Find(key) is not { } next)
                return (node with { Path = problem.Path }).Wrong(problem.Value + problem.Remark, problem.Expected);
            node = next;
        }

        if (problem.Value is null)
            return (Item(node, problem.Item) with { Path = node.Path }).Wrong(problem.Remark, problem.Expected);
        // A single value is written plainly, or as a list with one item.
        if (node is YamlMap parameter && parameter.Find("values") is { } values)
            node = values;
        node = Item(node, problem.Item ?? (node is YamlList { Items.Count: 1 } ? 0 : null));
        return node.Wrong(node.Shown + problem.Remark, PlainValue.WithHint(node, problem.Expected));
    }

    private static YamlNode Item(YamlNode node, int? item) =>
        item is { } index && node is YamlList list && index < list.Items.Count ? list.Items[index] : node;
}
