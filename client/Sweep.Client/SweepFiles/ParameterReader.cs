using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.SweepFiles;

/// <summary>
/// Reads the section <c>parameters</c>: each key is one dimension, and a constant is a dimension with one value. Which values are allowed
/// is checked later, by the domain.
/// </summary>
/// <param name="catalog">The parameters that there are.</param>
/// <param name="more">Keys of a parameter, besides its values, that another reader reads.</param>
internal sealed class ParameterReader(Problems problems, ParameterCatalog catalog, params IReadOnlyCollection<string> more)
{
    private readonly string[] _names = [.. catalog.All.Select(definition => definition.Name)];

    /// <returns>The search space. Parameters that cannot be read are left out, and their mistakes noted.</returns>
    public SearchSpace Read(YamlNode node)
    {
        _ = new Section(node, problems, _names);
        var dimensions = new List<Dimension>();
        foreach (var entry in ((YamlMap)node).Entries)
        {
            if (catalog.Find(entry.Key) is { } definition
                && problems.Try(() => ReadDimension(definition, entry.Value)) is { } dimension)
            {
                dimensions.Add(dimension);
            }
        }

        return new(dimensions);
    }

    private Dimension ReadDimension(ParameterDefinition definition, YamlNode node) => node switch
    {
        YamlMap => ReadDomain(definition, node),
        YamlList when definition.Kind != ParameterKind.Widths => throw node.Wrong(
            $"expected {definition.Expectation}; to vary it write {{ values: {node.Shown} }}"),
        _ => new(definition.Name, new DimensionDomain.Choice([Parse(definition, node)])),
    };

    private Dimension ReadDomain(ParameterDefinition definition, YamlNode node)
    {
        var section = new Section(node, problems, ["values", "min", "max", "scale", "count", "step", "when", .. more]);
        var when = section.Find("when") is { } conditions ? ReadConditions(conditions) : null;
        if (section.Find("values") is { } values)
        {
            foreach (var key in new[] { "min", "max", "scale", "count", "step" }.Where(key => section.Find(key) is not null))
                throw section.Wrong($"values and {key}", "expected a list of values or a range, not both");
            return new(definition.Name, new DimensionDomain.Choice(ReadValues(definition, values)), when);
        }

        return new(definition.Name, ReadRange(definition, node.Path, section), when);
    }

    private static DimensionDomain.Range ReadRange(ParameterDefinition definition, string path, Section section)
    {
        if (section.Find("min") is not { } minNode || section.Find("max") is not { } maxNode)
            throw section.Wrong("neither values nor both min and max", "expected { values: [ … ] } or { min: …, max: … }");
        // The domain refuses a range for a parameter of words, so its ends need not be read.
        if (!definition.IsNumeric)
            return new(0, 1, Scale.Linear, null, null);
        return new(
            ReadNumber(definition, minNode),
            ReadNumber(definition, maxNode),
            section.Find("scale") is { } scale ? PlainValue.Word<Scale>(scale) : Scale.Linear,
            section.Find("count") is { } count ? (int)PlainValue.Whole(count, SpecBounds.Count(path)) : null,
            section.Find("step") is { } step ? ReadStep(definition, path, step) : null);
    }

    private static double ReadNumber(ParameterDefinition definition, YamlNode node) => Parse(definition, node) switch
    {
        ParameterValue.Whole whole => whole.Number,
        ParameterValue.Real real => real.Number,
        var word when definition.Accepts(word) => throw node.Wrong("expected a number"),
        _ => throw node.Wrong(PlainValue.WithHint(node, $"expected {definition.Expectation}")),
    };

    private static double ReadStep(ParameterDefinition definition, string path, YamlNode node) =>
        definition.Kind == ParameterKind.Real ? PlainValue.Real(node) : PlainValue.Real(node, SpecBounds.WholeStep(path).Expected);

    private Dictionary<string, IReadOnlyList<ParameterValue>> ReadConditions(YamlNode node)
    {
        _ = new Section(node, problems, _names);
        var conditions = new Dictionary<string, IReadOnlyList<ParameterValue>>();
        foreach (var (_, key, allowed) in ((YamlMap)node).Entries)
        {
            if (catalog.Find(key) is { } other)
                conditions[key] = IsListOfValues(other, allowed) ? ReadValues(other, allowed) : [Parse(other, allowed)];
        }

        return conditions;
    }

    /// <summary>
    /// Whether a node is a list of values. A single value of the kind widths is itself a list, so for this kind only a list that holds
    /// lists counts.
    /// </summary>
    private static bool IsListOfValues(ParameterDefinition definition, YamlNode node) =>
        node is YamlList list && (definition.Kind != ParameterKind.Widths || list.Items.Any(item => item is YamlList));

    private static List<ParameterValue> ReadValues(ParameterDefinition definition, YamlNode node) => node is YamlList { Items: var items }
        ? [.. items.Select(item => Parse(definition, item))]
        : throw node.Wrong($"expected a list, such as [{node.Shown}]");

    /// <summary>Reads a value, which the parameter must accept.</summary>
    public static ParameterValue ReadValue(ParameterDefinition definition, YamlNode node) =>
        Parse(definition, node) is var value && definition.Accepts(value)
            ? value
            : throw node.Wrong(PlainValue.WithHint(node, $"expected {definition.Expectation}"));

    private static ParameterValue Parse(ParameterDefinition definition, YamlNode node) => (definition.Kind, node) switch
    {
        (ParameterKind.Widths, YamlList list) => new ParameterValue.Widths([.. list.Items.Select(item => ReadWidth(definition, item))]),
        (ParameterKind.Word, YamlScalar { IsNothing: false } scalar) when definition.Words.IsDefault =>
            new ParameterValue.Word(scalar.Text),
        (ParameterKind.Truth, YamlScalar { Quoted: false, Text: "true" or "false" } scalar) =>
            new ParameterValue.Truth(scalar.Text == "true"),
        (_, YamlScalar { IsNothing: false, Quoted: true } scalar) => new ParameterValue.Word(scalar.Text),
        (_, YamlScalar { IsNothing: false } scalar) => PlainValue.Parse(scalar.Text) switch
        {
            // For a real parameter 1 and 1.0 are the same value. For the others, 1.0 is not a whole number.
            ParameterValue.Whole whole when definition.Kind == ParameterKind.Real => ParameterValue.Of(whole.Number),
            ParameterValue.Real real when definition.Kind == ParameterKind.Real => ParameterValue.Of(real.Number),
            var other => other,
        },
        _ => throw node.Wrong($"expected {definition.Expectation}"),
    };

    private static int ReadWidth(ParameterDefinition definition, YamlNode node) =>
        (int)PlainValue.Whole(node, new WholeBound(node.Path, (long)definition.Min, (long)definition.Max));
}
