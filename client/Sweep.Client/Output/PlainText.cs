using System.Globalization;
using System.Text.Json;
using Sweep.Domain.Trials;

namespace Sweep.Client.Output;

/// <summary>
/// Values as text in CSV and in cells without a format: numbers in the invariant culture, times in ISO 8601, lists and objects as JSON.
/// </summary>
internal static class PlainText
{
    public static string Of(object? value) => value switch
    {
        null => "",
        string text => text,
        Metric metric => metric.Name,
        WrittenValue written => written.Text,
        bool yes => yes ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        Enum word => JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString()),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
        JsonElement element => element.GetRawText(),
        _ => JsonSerializer.Serialize(value, JsonOutput.Options),
    };
}
