using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.SweepFiles;

/// <summary>Single values. Numbers are those of YAML 1.2 in decimal, whatever the language of the machine; quoted ones are text, and <c>no</c> is a word.</summary>
internal static partial class PlainValue
{
    /// <summary>What a text means where it stands unquoted: a whole number, a number, or a word.</summary>
    public static ParameterValue Parse(string text)
    {
        if (WholeNumber().IsMatch(text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return new ParameterValue.Whole(whole);
        return Number().IsMatch(text)
            ? new ParameterValue.Real(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture))
            : new ParameterValue.Word(text);
    }

    public static string Text(YamlNode node) => node is YamlScalar { IsNothing: false, Text.Length: > 0 } scalar ? scalar.Text : throw node.Wrong("expected a text");

    public static T Word<T>(YamlNode node)
        where T : struct, Enum
    {
        var words = Enum.GetValues<T>().ToDictionary(value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));
        return node is YamlScalar scalar && words.TryGetValue(scalar.Text, out var value) ? value : throw node.Wrong($"expected one of {string.Join(", ", words.Keys)}");
    }

    /// <summary>A whole number that a spec can hold; whether it is within its bound is for the domain to say.</summary>
    public static long Whole(YamlNode node, WholeBound bound) =>
        node is YamlScalar { Quoted: false } scalar && Parse(scalar.Text) is ParameterValue.Whole whole
            && (bound.Max > int.MaxValue || whole.Number is >= int.MinValue and <= int.MaxValue)
            ? whole.Number
            : throw node.Wrong(WithHint(node, bound.Expected));

    public static double Real(YamlNode node) => Real(node, "expected a number");

    /// <param name="expected">Instead of a number.</param>
    public static double Real(YamlNode node, string expected) => node is YamlScalar { Quoted: false } scalar
        ? Parse(scalar.Text) switch
        {
            ParameterValue.Whole whole => whole.Number,
            ParameterValue.Real real when double.IsFinite(real.Number) => real.Number,
            _ => throw node.Wrong(expected),
        }
        : throw node.Wrong(WithHint(node, expected));

    /// <summary>What is expected, and that quotes are the mistake where they are.</summary>
    public static string WithHint(YamlNode node, string expected) =>
        node is YamlScalar { Quoted: true } scalar && Parse(scalar.Text) is not ParameterValue.Word ? $"{expected}; write {scalar.Text} without quotes" : expected;

    [GeneratedRegex(@"^[-+]?[0-9]+\z")]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex Number();
}
