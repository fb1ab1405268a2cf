using System.Globalization;
using Sweep.Domain.Search;

namespace Sweep.Domain.Sweeps;

/// <summary>
/// One mistake in a spec, in the words of its sweep file: <c>parameters.layers: found 0; expected a whole number from 1 to 128.</c>
/// </summary>
/// <param name="Path">The key, with those above it, joined by dots.</param>
/// <param name="Value">
/// The value of the key, when the mistake is this value; a reader of the file may show it as the file has it. Null for other mistakes.
/// </param>
/// <param name="Remark">What was found, or a remark that follows the value.</param>
/// <param name="Expected">The rest of the sentence after "found …; ".</param>
/// <param name="Item">Place of the value in the key's list, from 0; null where it is not one of several.</param>
public sealed record SpecProblem(string Path, string? Value, string Remark, string Expected, int? Item = null)
{
    /// <summary>The mistake that the value of a key is wrong.</summary>
    internal static SpecProblem Of(string path, object? value, string expected, int? item = null, string remark = "") =>
        new(path, Show(value), remark, expected, item);

    /// <summary>Another mistake at a key.</summary>
    internal static SpecProblem About(string path, string found, string expected, int? item = null) =>
        new(path, null, found, expected, item);

    /// <summary>The whole sentence, for callers without a file.</summary>
    public override string ToString() => $"{Path}: found {Value}{Remark}; {Expected}.";

    internal static string Show(object? value) => value switch
    {
        null => "nothing",
        double number => Number(number),
        ParameterValue.Real real => Number(real.Number),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>As people write it: 1e-5 and not 1E-05.</summary>
    private static string Number(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture).Split('E');
        return text is [var digits, var exponent] ? $"{digits}e{int.Parse(exponent, CultureInfo.InvariantCulture)}" : text[0];
    }
}
