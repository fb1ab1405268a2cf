using System.Globalization;
using System.Text.RegularExpressions;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Client.SweepFiles;

/// <summary>The contents of a sweep file, before its dataset is fetched.</summary>
/// <param name="Spec">The specification, complete except for the hash of its dataset.</param>
/// <param name="Tree">The file with its line numbers, for errors that are found only with the dataset.</param>
/// <param name="StartFrom">The trial from whose weights the trials start, as it is written; null for none.</param>
/// <param name="Program">The program that trains; null where the built-in model does, and only then there is a dataset.</param>
internal sealed record SweepDraft(
    SweepSpec Spec, DatasetSection Dataset, YamlMap Tree, string? StartFrom = null, ProgramSection? Program = null);

/// <summary>
/// Makes a specification from the tree of a sweep file. Keys and types are checked here, the allowed values in the domain. The text of the
/// dataset is not needed.
/// </summary>
internal sealed partial class SweepFileReader
{
    private static readonly string[] Keys =
    [
        "name", "dataset", "objective", "method", "budget", "parameters", "resources", "checkpoint", "retries", "stall_limit", "seed",
        "replicates", "start_from", "search", "stop", "require", "precision", "program",
    ];

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

    /// <param name="fallbackName">The sweep's name if the file has none.</param>
    /// <exception cref="SweepFileException">The mistake with the lowest line number.</exception>
    public static SweepDraft Read(YamlMap tree, string fallbackName) => new SweepFileReader(tree, fallbackName).Read();

    /// <summary>Reads the tree without the checks of the domain.</summary>
    /// <returns>The contents; null when a part of them cannot be read.</returns>
    internal static SweepDraft? ReadUnchecked(YamlMap tree, string fallbackName)
    {
        var reader = new SweepFileReader(tree, fallbackName);
        var draft = reader._problems.Try(reader.ReadKeys);
        return reader._problems.Any ? null : draft;
    }

    private SweepDraft Read()
    {
        var draft = ReadKeys();
        foreach (var problem in SpecRules.OfKeys(draft.Spec))
            _problems.Add(Place(problem));
        _problems.ThrowFirst();
        foreach (var problem in SpecRules.OfTheWhole(draft.Spec))
            throw Place(problem);
        return draft with { Spec = draft.Spec.WithFirstTarget() };
    }

    /// <summary>
    /// Reads all keys, without a check whether their values are allowed. A value that cannot be read is noted as a mistake and replaced by
    /// one that is allowed.
    /// </summary>
    private SweepDraft ReadKeys()
    {
        var name = _file.Find("name") is null ? _fallbackName : _file.Text("name") ?? "unreadable";
        var program = _file.Read("program", node => ProgramSection.Read(node, _problems));
        var hasProgram = _file.Find("program") is not null;
        var dataset = hasProgram ? null : Required(
            "dataset", "the text to train on, such as dataset: { path: text.txt }", node => DatasetSection.Read(node, _problems));
        if (hasProgram)
            ProgramSection.CheckOthers(_file, _problems);
        var objectives = new ObjectiveReader(_problems).Read(_file.Find("objective"));
        var (method, budget) = ReadMethod();
        var search = ReadSearch(method.Kind);
        var space = Required<SearchSpace>(
            "parameters", "what to train, such as parameters: { cell: { values: [rnn, lstm] } }",
            hasProgram
                ? new OwnParameterReader(_problems, program?.Epochs).Read
                : new ParameterReader(_problems, BuiltInParameters.Catalog).Read);
        var resources = ReadResources();
        var checkpoint = ReadCheckpoint();
        var retries = _file.Whole("retries", SpecBounds.Retries) ?? 3;
        var stallLimit = _file.Read<double?>("stall_limit", node => ReadSeconds(node)) ?? SweepSpec.DefaultStallLimit;
        var seed = _file.Whole("seed", SpecBounds.Seed) ?? 0;
        var start = _file.Text("start_from");
        var require = _file.Read("require", ReadConstraints);
        var replicates = _file.Whole("replicates", SpecBounds.Replicates) ?? 1;
        var precision = _file.Find("precision") is null ? null : _file.Word<Precision>("precision");
        var stop = _file.Read("stop", new StopReader(_problems).Read);
        return new(
            new(
                name,
                hasProgram ? DatasetSpec.None : new(
                    dataset?.Name ?? "",
                    "",
                    dataset?.Split ?? DatasetSection.DefaultSplit,
                    dataset?.Validation ?? DatasetSection.DefaultValidation,
                    dataset?.Test ?? 0),
                ObjectiveMetrics.OfEpochs(objectives) ?? objectives.FirstOrDefault() ?? ObjectiveReader.Usual,
                method, (space ?? new([])) with { Require = require }, resources, checkpoint, (int)retries, seed, stallLimit,
                (int)replicates, Budget: budget, Search: search, Stop: stop,
                Precision: precision == Precision.Float32 ? null : precision,
                // A list of one means the same as the one by itself.
                Objectives: objectives.Count == 1 ? null : objectives,
                Program: hasProgram ? program?.Spec ?? new(["unreadable"]) : null),
            dataset!,
            _tree,
            start,
            program);
    }

    private SweepFileException Place(SpecProblem problem) => problem.Path == "name" && _file.Find("name") is null
        ? _file.Wrong($"no name, and the file's own is {_fallbackName}", $"expected a name of {SweepName.Expectation}")
        : problem.In(_tree);

    private T? Required<T>(string key, string expected, Func<YamlNode, T> read)
        where T : class
    {
        if (_file.Find(key) is null)
            _problems.Add(_file.Wrong($"no {key}", $"expected {expected}"));
        return _file.Read(key, read);
    }

    private (MethodSpec Method, BudgetSpec? Budget) ReadMethod()
    {
        var kind = _file.Find("method") is null ? MethodKind.Grid : _file.Word<MethodKind>("method");
        var section = Subsection("budget", "trials", "epochs", "time", "target", "failures");
        var budget = section is null ? new() : new BudgetSpec(
            section.Whole("epochs", SpecBounds.Epochs),
            section.Read<double?>("time", node => ReadSeconds(node)),
            section.Read<double?>("target", node => PlainValue.Real(node)),
            (int?)section.Whole("failures", SpecBounds.Failures));
        // When something cannot be read, what is valid takes its place, so that no second mistake is reported.
        int? instead = _file.Find("budget") is not null && (section is null || section.Find("trials") is not null) ? 1 : null;
        var trials = (int?)section?.Whole("trials", SpecBounds.Trials) ?? instead;
        return (kind is { } known ? new(known, trials) : new(MethodKind.Random, 1), budget == new BudgetSpec() ? null : budget);
    }

    /// <returns>Null where the file has no such section and the method needs none.</returns>
    private SearchSpec? ReadSearch(MethodKind method)
    {
        var section = Subsection("search", "window", "order");
        var isThere = _file.Find("search") is not null and not YamlMap { Entries.Count: 0 };
        return !isThere && !method.Learns() ? null : new(
            (int)(section?.Whole("window", SpecBounds.Window) ?? SearchWindow.Default),
            section?.Word<SearchOrder>("order") ?? SearchOrder.Number);
    }

    private ResourceSpec ReadResources()
    {
        var section = Subsection("resources", "slots", "max_concurrent", "priority", "require");
        return new(
            (int)(section?.Whole("slots", SpecBounds.Slots) ?? 1),
            (int?)section?.Whole("max_concurrent", SpecBounds.MaxConcurrent),
            (int)(section?.Whole("priority", SpecBounds.Priority) ?? 0),
            section?.Read("require", ReadLabels));
    }

    private static IReadOnlyList<string> ReadConstraints(YamlNode node) => node is YamlList list
        ? [.. list.Items.Select(PlainValue.Text)]
        : throw node.Wrong("expected a list of constraints, such as [hidden_size * layers <= 1024]");

    private static IReadOnlyList<string> ReadLabels(YamlNode node) =>
        node is YamlList list ? [.. list.Items.Select(PlainValue.Text)] : throw node.Wrong(SpecBounds.LabelsExpected);

    private CheckpointSpec ReadCheckpoint()
    {
        var section = Subsection("checkpoint", "every", "keep");
        return new(section?.Read<double?>("every", node => ReadSeconds(node)) ?? 30, (int)(section?.Whole("keep", SpecBounds.Keep) ?? 10));
    }

    /// <returns>The time in seconds; NaN, which no bound allows, when the value is not a time.</returns>
    internal static double ReadSeconds(YamlNode node)
    {
        if (node is not YamlScalar { Quoted: false } scalar || Duration().Match(scalar.Text) is not { Success: true } match)
            return double.NaN;
        var number = double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
        return number * (match.Groups["unit"].Value switch { "h" => 3600, "m" => 60, _ => 1 });
    }

    private Section? Subsection(string key, params string[] known) => _file.Read(key, node => new Section(node, _problems, known));

    [GeneratedRegex(@"^(?<number>[0-9]{1,12}(\.[0-9]{1,12})?)(?<unit>[smh]?)\z")]
    private static partial Regex Duration();
}
