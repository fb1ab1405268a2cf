using System.Globalization;
using Sweep.Domain.Trials;

namespace Sweep.Client.Output;

/// <summary>Quantities as text for people, with few digits and a unit.</summary>
internal static class Quantities
{
    private static readonly string[] Thousands = ["", "k", "M", "G", "T"];

    /// <summary>The value of a metric, whatever its size.</summary>
    public static string Metric(double value) => MetricText.Of(value);

    /// <summary>A value with its standard error, where that is known: 1.234 ± 0.056.</summary>
    public static string Metric(double value, double? error) =>
        Metric(value) + (error is { } known ? $" ± {MetricText.Error(value, known)}" : "");

    public static string Perplexity(double value) => value.ToString(value < 1000 ? "0.00" : "0.0e0", CultureInfo.InvariantCulture);

    /// <param name="share">A number in [0, 1].</param>
    public static string Percent(double share) => (share * 100).ToString("0.0", CultureInfo.InvariantCulture) + "%";

    /// <summary>A number of three digits with a letter for its power of a thousand, such as 38.9k.</summary>
    public static string Count(double value)
    {
        var power = 0;
        while (Math.Abs(value) >= 999.5 && power < Thousands.Length - 1)
        {
            value /= 1000;
            power++;
        }

        var isWhole = power == 0 && value == Math.Floor(value);
        var digits = isWhole ? "0" : Math.Abs(value) < 9.995 ? "0.00" : Math.Abs(value) < 99.95 ? "0.0" : "0";
        return value.ToString(digits, CultureInfo.InvariantCulture) + Thousands[power];
    }

    public static string Bytes(double value) => value < 1000 ? $"{Count(value)} B" : Count(value)[..^1] + $" {Count(value)[^1]}B";

    public static string Milliseconds(double value) => value.ToString(value < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture);

    /// <summary>A time in seconds below a minute, and in two units above: 12.1 s, 3 min 20 s, 2 h 5 min.</summary>
    public static string Duration(TimeSpan value) => TimeSpan.FromSeconds(Math.Round(value.TotalSeconds)) switch
    {
        _ when value.TotalSeconds < 59.95 => value.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        { TotalMinutes: < 60 } whole => $"{whole.Minutes} min {whole.Seconds} s",
        { TotalHours: < 24 } whole => $"{whole.Hours} h {whole.Minutes} min",
        var whole => $"{(int)whole.TotalDays} d {whole.Hours} h",
    };

    public static string Seconds(double seconds) => Duration(TimeSpan.FromSeconds(seconds));

    public static string LocalTime(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
