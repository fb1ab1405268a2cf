using System.Globalization;
using System.Text.RegularExpressions;
using Sweep.Client.Output;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.SweepFiles;

/// <summary>
/// Reads single values. Numbers are decimal numbers of YAML 1.2, whatever the language of the machine. A number in quotes is text, and
/// <c>no</c> is a word.
/// </summary>
internal static partial class PlainValue
{
    /// <summary>The value of a text without quotes: a whole number, another number, or a word.</summary>
    public static ParameterValue Parse(string text)
    {
        if (WholeNumber().IsMatch(text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return new ParameterValue.Whole(whole);
        return Number().IsMatch(text)
            ? new ParameterValue.Real(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture))
            : new ParameterValue.Word(text);
    }

    public static string Text(YamlNode node) =>
        node is YamlScalar { IsNothing: false, Text.Length: > 0 } scalar ? scalar.Text : throw node.Wrong("expected a text");

    public static T Word<T>(YamlNode node)
        where T : struct, Enum
    {
        var words = Enum.GetValues<T>().ToDictionary(value => PlainText.Of(value));
        return node is YamlScalar scalar && words.TryGetValue(scalar.Text, out var value)
            ? value
            : throw node.Wrong($"expected one of {string.Join(", ", words.Keys)}");
    }

    /// <summary>Reads a whole number that a specification can hold. Its bound is checked later, by the domain.</summary>
    public static long Whole(YamlNode node, WholeBound bound) =>
        node is YamlScalar { Quoted: false } scalar && Parse(scalar.Text) is ParameterValue.Whole whole
            && (bound.Max > int.MaxValue || whole.Number is >= int.MinValue and <= int.MaxValue)
            ? whole.Number
            : throw node.Wrong(WithHint(node, bound.Expected));

    public static double Real(YamlNode node) => Real(node, "expected a number");

    /// <param name="expected">The expectation in the error, in place of "expected a number".</param>
    public static double Real(YamlNode node, string expected) => node is YamlScalar { Quoted: false } scalar
        ? Parse(scalar.Text) switch
        {
            ParameterValue.Whole whole => whole.Number,
            ParameterValue.Real real when double.IsFinite(real.Number) => real.Number,
            _ => throw node.Wrong(expected),
        }
        : throw node.Wrong(WithHint(node, expected));

    /// <summary>Adds to an expectation that the value must be written without quotes, if it is a number in quotes.</summary>
    public static string WithHint(YamlNode node, string expected) =>
        node is YamlScalar { Quoted: true } scalar && Parse(scalar.Text) is not ParameterValue.Word
            ? $"{expected}; write {scalar.Text} without quotes"
            : expected;

    [GeneratedRegex(@"^[-+]?[0-9]+\z")]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex Number();
}
