using Sweep.Domain.Programs;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Client.SweepFiles;

/// <summary>The section <c>program</c>: a program that trains in place of the built-in model.</summary>
/// <param name="Place">The section in the file, as the place of errors about the folder.</param>
/// <param name="Spec">What the trials need of it, without the hash of the folder.</param>
/// <param name="Folder">The folder that every trial gets a copy of; null for the folder of the sweep file.</param>
/// <param name="Epochs">The most epochs that a trial reports; null where the file does not say.</param>
internal sealed record ProgramSection(YamlNode Place, ProgramSpec Spec, string? Folder, int? Epochs)
{
    public static ProgramSection Read(YamlNode node, Problems problems)
    {
        var section = new Section(
            node, problems, "command", "folder", "environment", "epochs", "time_limit", "capture", "stop_grace");
        var command = section.Read("command", ReadCommand);
        if (section.Find("command") is null)
            problems.Add(section.Wrong("no command", $"expected a list, such as command: {SpecBounds.CommandExample}"));
        var spec = new ProgramSpec(
            command ?? ["unreadable"],
            Environment: section.Read("environment", ReadEnvironment),
            TimeLimit: section.Read<double?>("time_limit", node => SweepFileReader.ReadSeconds(node)),
            Capture: section.Read("capture", ReadCapture),
            StopGrace: section.Read<double?>("stop_grace", node => SweepFileReader.ReadSeconds(node)) ?? ProgramSpec.DefaultStopGrace);
        return new(node, spec, section.Text("folder"), (int?)section.Whole("epochs", SpecBounds.ProgramEpochs));
    }

    /// <summary>The keys beside the section: those that are for the built-in model alone, and the objective, which must be there.</summary>
    public static void CheckOthers(Section file, Problems problems)
    {
        foreach (var key in new[] { "dataset", "precision", "start_from" })
        {
            if (file.Find(key) is { } node)
                problems.Add(node.Wrong("it beside program", "expected one of them; it is for the built-in model alone"));
        }

        if (file.Find("objective") is YamlList list)
            problems.Add(list.Wrong("expected one objective, such as { metric: acc, goal: maximize }: a program has no more"));
        var objective = file.Find("objective") as YamlMap;
        if (objective?.Find("metric") is not YamlScalar metric)
        {
            if (file.Find("objective") is null or YamlMap)
            {
                problems.Add((file.Find("objective") ?? file.Find("program")!).Wrong(
                    "no metric", "expected the one that decides, such as objective: { metric: val_loss, goal: minimize }"));
            }
        }
        else if (objective.Find("goal") is null && BuiltInMetrics.Catalog.Find(new(metric.Text)) is null)
            problems.Add(objective.Wrong($"no goal for {metric.Shown}", "expected goal: minimize or goal: maximize"));
    }

    /// <summary>Makes the path of the folder absolute.</summary>
    /// <param name="folder">The folder of the sweep file.</param>
    /// <exception cref="SweepFileException">A path of the file leads out of its folder.</exception>
    public ProgramSection Resolved(string folder) => this with
    {
        Folder = Folder is null ? folder : NamedPath.Of(folder, ((YamlMap)Place).Find("folder")!, Folder, "a folder"),
    };

    /// <summary>An error at the folder of the program.</summary>
    public SweepFileException Wrong(string found, string expected)
    {
        var place = ((YamlMap)Place).Find("folder") ?? Place;
        return (place with { Path = "program.folder" }).Wrong(found, expected);
    }

    /// <summary>A text that may be empty.</summary>
    private static string ReadText(YamlNode node) =>
        node is YamlScalar scalar && (scalar.Quoted || !scalar.IsNothing) ? scalar.Text : throw node.Wrong("expected a text");

    private static IReadOnlyList<string> ReadCommand(YamlNode node) => node is YamlList list
        ? [.. list.Items.Select(ReadText)]
        : throw node.Wrong($"expected a list, such as {SpecBounds.CommandExample}");

    private static IReadOnlyList<string> ReadCapture(YamlNode node) => node is YamlList list
        ? [.. list.Items.Select(PlainValue.Text)]
        : [PlainValue.Text(node)];

    private static IReadOnlyDictionary<string, string> ReadEnvironment(YamlNode node) => node is YamlMap map
        ? map.Entries.ToDictionary(entry => entry.Key, entry => ReadText(entry.Value))
        : throw node.Wrong("expected variables, such as { OMP_NUM_THREADS: 1 }");
}
