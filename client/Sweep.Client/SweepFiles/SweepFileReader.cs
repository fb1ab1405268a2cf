using System.Globalization;
using System.Text.RegularExpressions;
using Sweep.Domain.Models;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Client.SweepFiles;

/// <summary>What a sweep file says, before its dataset is known.</summary>
/// <param name="Spec">Whole but for the hash of its dataset.</param>
/// <param name="Tree">For errors that the dataset brings to light.</param>
internal sealed record SweepDraft(SweepSpec Spec, DatasetSection Dataset, YamlMap Tree);

/// <summary>A sweep file's tree to a spec, with every check that needs no text.</summary>
internal sealed partial class SweepFileReader
{
    private static readonly string[] Keys = ["name", "dataset", "objective", "method", "budget", "parameters", "resources", "checkpoint", "retries", "stall_limit", "seed"];

    private readonly Problems _problems = new();
    private readonly YamlMap _tree;
    private readonly Section _file;
    private readonly string _fallbackName;

    private SweepFileReader(YamlMap tree, string fallbackName)
    {
        _tree = tree;
        _file = new(tree, _problems, Keys);
        _fallbackName = fallbackName;
    }

    /// <param name="fallbackName">The sweep's name where the file has none.</param>
    /// <exception cref="SweepFileException">The first mistake by line.</exception>
    public static SweepDraft Read(YamlMap tree, string fallbackName) => new SweepFileReader(tree, fallbackName).Read();

    private SweepDraft Read()
    {
        var name = _problems.Try(ReadName);
        var dataset = Required("dataset", "the text to train on, such as dataset: { path: text.txt }", node => DatasetSection.Read(node, _problems));
        var objective = ReadObjective();
        var (kind, method) = ReadMethod();
        var space = Required("parameters", "what to train, such as parameters: { cell: { values: [rnn, lstm] } }", node => new ParameterReader(kind, _problems).Read(node));
        var resources = ReadResources();
        var checkpoint = ReadCheckpoint();
        var retries = _file.Whole("retries", 0) ?? 3;
        var stallLimit = _file.Read<double?>("stall_limit", node => ReadSeconds(
            node, SweepSpec.MinStallLimit, "expected seconds, such as 600, 30s or 2m, from 5 to 1,000,000")) ?? SweepSpec.DefaultStallLimit;
        var seed = _file.Whole("seed", 0, long.MaxValue) ?? 0;
        _problems.ThrowFirst();
        CheckNumberOfTrials(space!, method!, seed);
        return new(
            new(name!, new(dataset!.Name, "", dataset.Split, dataset.Validation), objective, method!, space!, resources, checkpoint, (int)retries, seed, stallLimit),
            dataset,
            _tree);
    }

    private T? Required<T>(string key, string expected, Func<YamlNode, T> read)
        where T : class
    {
        if (_file.Find(key) is null)
            _problems.Add(_file.Wrong($"no {key}", $"expected {expected}"));
        return _file.Read(key, read);
    }

    private string ReadName()
    {
        var node = _file.Find("name");
        var name = node is null ? _fallbackName : PlainValue.Text(node);
        if (SweepName.IsValid(name))
            return name;
        throw node?.Wrong($"expected {SweepName.Expectation}") ?? _file.Wrong($"no name, and the file's own is {name}", $"expected a name of {SweepName.Expectation}");
    }

    private Objective ReadObjective()
    {
        var section = Subsection("objective", "metric", "goal");
        var metric = section?.Read("metric", ReadMetric) ?? Metric.ValLoss;
        return new(metric, section?.Word<Goal>("goal") ?? BuiltInMetrics.Catalog.Of(metric).Goal);
    }

    private static Metric ReadMetric(YamlNode node) => node is YamlScalar scalar && BuiltInMetrics.Catalog.Find(new(scalar.Text)) is { } found
        ? found.Metric
        : throw node.Wrong($"expected one of {string.Join(", ", BuiltInMetrics.Catalog.All.Select(definition => definition.Metric))}");

    private (MethodKind? Kind, MethodSpec? Method) ReadMethod()
    {
        var kind = _file.Find("method") is null ? MethodKind.Grid : _file.Word<MethodKind>("method");
        var trials = Subsection("budget", "trials")?.Whole("trials", 1, SweepSpec.MaxTrials);
        if (kind == MethodKind.Grid && _file.Find("budget") is { } budget)
            _problems.Add(budget.Wrong("a budget for a grid", "leave it out, a grid has as many trials as combinations"));
        if (kind == MethodKind.Random && trials is null && _file.Find("budget") is null or YamlMap { Entries.Count: 0 })
            _problems.Add(_file.Find("method")!.Wrong("random without budget.trials", "expected budget: { trials: … }"));
        return (kind, kind is { } known ? new(known, (int?)trials) : null);
    }

    private ResourceSpec ReadResources()
    {
        var section = Subsection("resources", "slots", "max_concurrent", "priority", "require");
        return new(
            (int)(section?.Whole("slots", 1) ?? 1),
            (int?)section?.Whole("max_concurrent", 1),
            (int)(section?.Whole("priority", -1_000_000, 1_000_000) ?? 0),
            section?.Read("require", ReadLabels));
    }

    private static IReadOnlyList<string> ReadLabels(YamlNode node)
    {
        const string expected = "expected a list of workers' labels, each once, such as [gpu=h200]";
        if (node is not YamlList { Items.Count: > 0 } list)
            throw node.Wrong(expected);
        var labels = new List<string>();
        foreach (var item in list.Items)
        {
            var label = PlainValue.Text(item);
            if (!Label().IsMatch(label) || labels.Contains(label))
                throw item.Wrong(expected);
            labels.Add(label);
        }

        return labels;
    }

    private CheckpointSpec ReadCheckpoint()
    {
        var section = Subsection("checkpoint", "every", "keep");
        return new(section?.Read<double?>("every", node => ReadSeconds(
            node, 0, "expected seconds, such as 30, 30s or 2m, at most 1,000,000; 0 is each epoch")) ?? 30, (int)(section?.Whole("keep", 1) ?? 10));
    }

    private static double ReadSeconds(YamlNode node, double least, string expected)
    {
        var seconds = node is YamlScalar { Quoted: false } scalar && Duration().Match(scalar.Text) is { Success: true } match
            ? double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture) * (match.Groups["unit"].Value switch { "h" => 3600, "m" => 60, _ => 1 })
            : double.NaN;
        return seconds >= least && seconds <= SweepSpec.MaxSeconds ? seconds : throw node.Wrong(expected);
    }

    private Section? Subsection(string key, params string[] known) => _file.Read(key, node => new Section(node, _problems, known));

    private void CheckNumberOfTrials(SearchSpace space, MethodSpec method, long seed)
    {
        if (method.Kind == MethodKind.Random && space.Varying.Count == 0)
            throw _file.Find("method")!.Wrong("random, but no parameter varies", "expected a parameter with values or a range");
        if (method.Kind != MethodKind.Grid)
            return;
        var count = new GridSearch(space, seed).Total;
        if (count > SweepSpec.MaxTrials)
        {
            throw _file.Find("parameters")!.Wrong(
                string.Create(CultureInfo.InvariantCulture, $"a grid of {count:#,0} trials"),
                string.Create(CultureInfo.InvariantCulture, $"expected at most {SweepSpec.MaxTrials:#,0}; shorten a list, or use method: random"));
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,100}(=[A-Za-z0-9._-]{1,100})?\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"^(?<number>[0-9]{1,12}(\.[0-9]{1,12})?)(?<unit>[smh]?)\z")]
    private static partial Regex Duration();
}
