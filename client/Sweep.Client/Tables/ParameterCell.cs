using System.Globalization;
using Sweep.Client.Output;
using Sweep.Domain.Search;

namespace Sweep.Client.Tables;

/// <summary>The value of a parameter as a cell of a table. A number stays a number, so that JSON writes it as one.</summary>
internal static class ParameterCell
{
    /// <summary>The columns of some parameters in their order.</summary>
    public static IEnumerable<OutputColumn> Columns(SearchSpace space, IEnumerable<string> names) =>
        names.Select(name => Column(space.Catalog.Find(name)!));

    public static OutputColumn Column(ParameterDefinition definition) => new(
        definition.Name,
        definition.Name.Replace('_', '\n'),
        definition.Kind == ParameterKind.Real ? number => definition.Print(ParameterValue.Of(Real(number))) : null,
        RightAligned: definition.IsNumeric);

    private static double Real(object number) => Convert.ToDouble(number, CultureInfo.InvariantCulture);

    public static IEnumerable<object> Row(ParameterMap parameters, IEnumerable<string> names) =>
        names.Select(name => Of(parameters.ValueOf(name)));

    private static object Of(ParameterValue value) => value switch
    {
        ParameterValue.Whole whole => whole.Number,
        ParameterValue.Real real => real.Number,
        ParameterValue.Word word => word.Text,
        ParameterValue.Truth truth => truth.IsTrue,
        ParameterValue.Widths widths => widths.Numbers.ToArray(),
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, "A cell has no form for this kind of value."),
    };
}
