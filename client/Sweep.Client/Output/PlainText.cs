using System.Collections;
using System.Globalization;
using System.Text.Json;
using Sweep.Domain.Search;
using Sweep.Domain.Trials;

namespace Sweep.Client.Output;

/// <summary>
/// Values as text in CSV and in cells without a format: numbers in the invariant culture, times in ISO 8601, lists and objects as JSON on
/// one line.
/// </summary>
internal static class PlainText
{
    private static readonly JsonSerializerOptions OneLine = new(JsonOutput.Options) { WriteIndented = false };

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
        MethodKind method => method.Word(),
        Enum word => JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString()),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
        JsonElement element => element.GetRawText(),
        IEnumerable list and not IDictionary =>
            $"[{string.Join(", ", list.Cast<object?>().Select(item => JsonSerializer.Serialize(item, OneLine)))}]",
        _ => JsonSerializer.Serialize(value, OneLine),
    };
}
