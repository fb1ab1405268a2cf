using System.Globalization;

namespace Sweep.Domain.Trials;

/// <summary>Writes the values of metrics for people, in tables and in sentences with the same digits.</summary>
public static class MetricText
{
    /// <summary>A value of a table: 51234.6, 51234, 1.842, 0.9712, 0.0007123; an exponent only below 1e-4 and from 1e6 on.</summary>
    public static string Of(double value)
    {
        var scientific = value.ToString("0.000e0", CultureInfo.InvariantCulture);
        return Math.Abs(value) switch
        {
            0 or (>= 1 and < 1000) => Fixed(value, 3),
            // The exponent is that of the rounded value: 0.99999 is 1.000.
            >= 1e-4 and < 1 => Fixed(value, 3 - int.Parse(scientific.Split('e')[1], CultureInfo.InvariantCulture)),
            >= 1000 and < 1e6 => Fixed(value, value == Math.Truncate(value) ? 0 : 1),
            _ => scientific,
        };
    }

    /// <summary>The standard error or the margin of a value, with as many decimals as the value has if that shows it.</summary>
    public static string Error(double value, double error)
    {
        var text = Of(value);
        var decimals = text.Length - 1 - text.IndexOf('.', StringComparison.Ordinal);
        return Math.Abs(value) < 1000 && !text.Contains('e', StringComparison.Ordinal) && error < 1 && error >= Math.Pow(10, -decimals)
            ? Fixed(error, decimals)
            : Of(error);
    }

    /// <summary>The same digits without zeros at the end, for a sentence: 1.94, 2, 0.0007.</summary>
    public static string InSentence(double value)
    {
        var parts = Of(value).Split('e');
        var digits = parts[0].Contains('.', StringComparison.Ordinal) ? parts[0].TrimEnd('0').TrimEnd('.') : parts[0];
        return parts.Length == 1 ? digits : $"{digits}e{parts[1]}";
    }

    private static string Fixed(double value, int decimals) => value.ToString($"F{decimals}", CultureInfo.InvariantCulture);
}
