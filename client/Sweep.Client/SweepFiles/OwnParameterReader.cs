using Sweep.Domain.Search;

namespace Sweep.Client.SweepFiles;

/// <summary>
/// Reads the section <c>parameters</c> of a program, which may have any names. A type that is not written is that of the values as they are
/// written: 1 is an int, 1.0 and 1e-3 are floats, true and false are bools, and everything else is a text.
/// </summary>
/// <param name="epochs">The most epochs that a trial reports; null where the file does not say.</param>
internal sealed class OwnParameterReader(Problems problems, int? epochs)
{
    /// <returns>The search space. Parameters that cannot be read are left out, and their mistakes noted.</returns>
    public SearchSpace Read(YamlNode node)
    {
        if (node is not YamlMap map)
            throw node.Wrong("expected the program's parameters, such as { learning_rate: { values: [0.1, 0.01] } }");
        var types = map.Entries.ToDictionary(entry => entry.Key, entry => TypeOf(entry.Value));
        var catalog = new ParameterCatalog([.. types.Select(type => OwnParameters.Definition(type.Key, type.Value))]);
        var space = new ParameterReader(problems, catalog, "type").Read(node);
        return new(space.Dimensions, Own: new(types, epochs));
    }

    private ParameterType TypeOf(YamlNode node)
    {
        if (node is not YamlMap parameter)
            return TypeOf([node]);
        if (parameter.Find("type") is { } type)
            return problems.Try<ParameterType?>(() => PlainValue.Word<ParameterType>(type)) ?? ParameterType.Text;
        return TypeOf(parameter.Find("values") is { } values
            ? values is YamlList list ? list.Items : [values]
            : new[] { "min", "max", "step" }.Select(parameter.Find).OfType<YamlNode>());
    }

    private static ParameterType TypeOf(IEnumerable<YamlNode> values)
    {
        var kinds = values.Select(KindOf).Distinct().ToList();
        return kinds switch
        {
            [var only] => only,
            [ParameterType.Int, ParameterType.Float] or [ParameterType.Float, ParameterType.Int] => ParameterType.Float,
            _ => ParameterType.Text,
        };
    }

    private static ParameterType KindOf(YamlNode value) => value switch
    {
        YamlScalar { Quoted: false, Text: "true" or "false" } => ParameterType.Bool,
        YamlScalar { Quoted: false } scalar => PlainValue.Parse(scalar.Text) switch
        {
            ParameterValue.Whole => ParameterType.Int,
            ParameterValue.Real => ParameterType.Float,
            _ => ParameterType.Text,
        },
        _ => ParameterType.Text,
    };
}
