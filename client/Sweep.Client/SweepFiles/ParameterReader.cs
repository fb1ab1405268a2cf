using Sweep.Domain.Models;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.SweepFiles;

/// <summary>The section <c>parameters</c>: one dimension a key, constants among them.</summary>
/// <param name="method">Null when the file's method is wrong.</param>
internal sealed class ParameterReader(MethodKind? method, Problems problems)
{
    private static readonly string[] Names = [.. BuiltInParameters.Catalog.All.Select(definition => definition.Name)];

    /// <returns>The space; without the parameters that are wrong.</returns>
    public SearchSpace Read(YamlNode node)
    {
        _ = new Section(node, problems, Names);
        var map = (YamlMap)node;
        if (map.Entries.Count == 0)
            throw node.Wrong("no parameter", "expected at least one, such as cell: lstm");
        var dimensions = new List<Dimension>();
        foreach (var entry in map.Entries)
        {
            if (BuiltInParameters.Catalog.Find(entry.Key) is { } definition && problems.Try(() => ReadDimension(definition, entry.Value, dimensions)) is { } dimension)
                dimensions.Add(dimension);
        }

        return new(dimensions);
    }

    private Dimension ReadDimension(ParameterDefinition definition, YamlNode node, IReadOnlyList<Dimension> before) => node switch
    {
        YamlMap => ReadDomain(definition, node, before),
        YamlList when definition.Kind != ParameterKind.Widths => throw node.Wrong($"expected {definition.Expectation}; to vary it write {{ values: {node.Shown} }}"),
        _ => new(definition.Name, new DimensionDomain.Choice([ReadValue(definition, node)])),
    };

    private Dimension ReadDomain(ParameterDefinition definition, YamlNode node, IReadOnlyList<Dimension> before)
    {
        var section = new Section(node, problems, "values", "min", "max", "scale", "count", "step", "when");
        var when = section.Find("when") is { } conditions ? ReadConditions(conditions, before) : null;
        if (section.Find("values") is { } values)
        {
            foreach (var key in new[] { "min", "max", "scale", "count", "step" }.Where(key => section.Find(key) is not null))
                throw section.Wrong($"values and {key}", "expected a list of values or a range, not both");
            return new(definition.Name, new DimensionDomain.Choice(ReadValues(definition, values)), when);
        }

        return new(definition.Name, ReadRange(definition, section), when);
    }

    private DimensionDomain.Range ReadRange(ParameterDefinition definition, Section section)
    {
        if (section.Find("min") is not { } minNode || section.Find("max") is not { } maxNode)
            throw section.Wrong("neither values nor both min and max", "expected { values: [ … ] } or { min: …, max: … }");
        if (!definition.IsNumeric)
            throw section.Wrong("a range", $"{definition.Name} has no order; expected {{ values: [ … ] }}");

        var (min, max) = (ReadNumber(definition, minNode), ReadNumber(definition, maxNode));
        var scale = section.Find("scale") is { } scaleNode ? PlainValue.Word<Scale>(scaleNode) : Scale.Linear;
        var count = section.Find("count") is { } countNode ? (int?)PlainValue.Whole(countNode, 2, SweepSpec.MaxTrials) : null;
        var step = section.Find("step") is { } stepNode ? ReadStep(definition, stepNode) : (double?)null;
        if (min >= max)
            throw section.Wrong($"min {minNode.Shown} and max {maxNode.Shown}", "min must be below max");
        if (scale == Scale.Log && min <= 0)
            throw section.Wrong($"min {minNode.Shown} with scale log", "min must be above 0");
        if (count is not null && step is not null)
            throw section.Wrong("count and step", "expected one of them");
        if (step is not null && scale == Scale.Log)
            throw section.Wrong("step with scale log", "expected count, whose points are evenly spaced on the scale");
        if (step > max - min)
            throw section.Wrong($"step {section.Find("step")!.Shown}", "step must be at most max − min");
        if (method == MethodKind.Grid && count is null && step is null)
            throw section.Wrong("a range without count or step", "a grid needs one of them, such as count: 5");

        var range = new DimensionDomain.Range(min, max, scale, count, step);
        return step is null || RangePoints.Count(range) <= SweepSpec.MaxTrials
            ? range
            : throw section.Wrong($"step {section.Find("step")!.Shown}", "expected a larger one, which makes at most 999,999 points");
    }

    private static double ReadNumber(ParameterDefinition definition, YamlNode node) => ReadValue(definition, node) switch
    {
        ParameterValue.Whole whole => whole.Number,
        ParameterValue.Real real => real.Number,
        _ => throw node.Wrong("expected a number"),
    };

    private static double ReadStep(ParameterDefinition definition, YamlNode node)
    {
        var step = definition.Kind == ParameterKind.Real ? PlainValue.Real(node) : PlainValue.Whole(node, 1, long.MaxValue);
        return step > 0 ? step : throw node.Wrong("step must be above 0");
    }

    /// <summary>Conditions may name only parameters before their own, and values that those can have: anything else is a mistake.</summary>
    private Dictionary<string, IReadOnlyList<ParameterValue>> ReadConditions(YamlNode node, IReadOnlyList<Dimension> before)
    {
        _ = new Section(node, problems, Names);
        var reachable = new ReachableValues(new(before));
        var conditions = new Dictionary<string, IReadOnlyList<ParameterValue>>();
        foreach (var (_, key, allowed) in ((YamlMap)node).Entries)
        {
            if (BuiltInParameters.Catalog.Find(key) is not { } other)
                continue;
            if (before.All(dimension => dimension.Name != key))
                throw allowed.Wrong(key, "a condition may name only parameters that stand before its own, with values that are right");
            var values = IsListOfValues(other, allowed) ? ReadValues(other, allowed) : [ReadValue(other, allowed)];
            if (values.FirstOrDefault(value => !reachable.CanBe(key, value)) is { } impossible)
                throw allowed.Wrong(impossible.ToString()!, $"expected a value that {key} has in this file");
            conditions[key] = values;
        }

        return conditions.Count > 0 ? conditions : throw node.Wrong("expected a parameter and its values, such as { cell: lstm }");
    }

    /// <summary>A value of widths is itself a list, so a list of values is one that holds lists.</summary>
    private static bool IsListOfValues(ParameterDefinition definition, YamlNode node) =>
        node is YamlList list && (definition.Kind != ParameterKind.Widths || list.Items.Any(item => item is YamlList));

    private static List<ParameterValue> ReadValues(ParameterDefinition definition, YamlNode node)
    {
        if (node is not YamlList { Items: var items })
            throw node.Wrong($"expected a list, such as [{node.Shown}]");
        if (items.Count == 0)
            throw node.Wrong("an empty list", "expected at least one value");
        var values = new List<ParameterValue>();
        var seen = new HashSet<ParameterValue>();
        foreach (var item in items)
        {
            var value = ReadValue(definition, item);
            if (!seen.Add(value))
                throw item.Wrong($"{item.Shown} a second time", "expected each value once");
            values.Add(value);
        }

        return values;
    }

    public static ParameterValue ReadValue(ParameterDefinition definition, YamlNode node)
    {
        ParameterValue? value = (definition.Kind, node) switch
        {
            (ParameterKind.Widths, YamlList list) => new ParameterValue.Widths(
                [.. list.Items.Select(item => (int)PlainValue.Whole(item, (long)definition.Min, (long)definition.Max))]),
            (_, YamlScalar { IsNothing: true }) => null,
            (_, YamlScalar { Quoted: true } scalar) => new ParameterValue.Word(scalar.Text),
            (_, YamlScalar scalar) => PlainValue.Parse(scalar.Text) switch
            {
                // 1 and 1.0 are one value of a real parameter, but 1.0 is no whole number.
                ParameterValue.Whole whole when definition.Kind == ParameterKind.Real => ParameterValue.Of(whole.Number),
                ParameterValue.Real real when definition.Kind == ParameterKind.Real => ParameterValue.Of(real.Number),
                var other => other,
            },
            _ => null,
        };
        return value is not null && definition.Accepts(value) ? value : throw node.Wrong(PlainValue.WithHint(node, $"expected {definition.Expectation}"));
    }
}
