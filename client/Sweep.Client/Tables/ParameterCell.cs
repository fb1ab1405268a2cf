using System.Globalization;
using Sweep.Client.Output;
using Sweep.Domain.Search;
using Sweep.Domain.Trials;

namespace Sweep.Client.Tables;

/// <summary>A parameter's value as a cell: a number stays a number, so that JSON has it as one.</summary>
internal static class ParameterCell
{
    public static OutputColumn Column(string name)
    {
        var kind = ParameterCatalog.Find(name)?.Kind;
        var isNumber = kind is ParameterKind.Whole or ParameterKind.Real or ParameterKind.WholeOrFull;
        return new(name, name.Replace('_', '\n'), kind == ParameterKind.Real ? Digits : null, RightAligned: isNumber);
    }

    // What is drawn from a range has seventeen digits; people tell trials apart by four.
    private static string Digits(object value) => Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString("G4", CultureInfo.InvariantCulture);

    public static IEnumerable<object> Row(TrialParameters parameters, IEnumerable<string> names) => names.Select(name => Of(parameters.ValueOf(name)));

    private static object Of(ParameterValue value) => value switch
    {
        ParameterValue.Whole whole => whole.Number,
        ParameterValue.Real real => real.Number,
        ParameterValue.Word word => word.Text,
        ParameterValue.Widths widths => widths.Numbers.ToArray(),
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, "A cell has no form for this kind of value."),
    };
}
