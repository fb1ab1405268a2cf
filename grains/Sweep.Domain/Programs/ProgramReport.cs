using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sweep.Domain.Programs;

/// <summary>What a program reports at the end of an epoch.</summary>
/// <param name="Epoch">The program's own number of the epoch; null where it gives none, so that its reports are counted.</param>
/// <param name="Metrics">By names that are valid; a value may be infinite or not a number.</param>
/// <param name="WantsAnswer">Whether the program waits until it may go on, as the libraries do.</param>
/// <param name="Refused">A name that is none for a metric, shortened, whose value was dropped; null when there is none.</param>
public sealed partial record ProgramReport(
    long? Epoch, IReadOnlyDictionary<string, double> Metrics, bool WantsAnswer = false, string? Refused = null)
{
    /// <summary>The member that is the number of the epoch, in JSON and among the groups of a pattern.</summary>
    public const string EpochName = "epoch";

    /// <summary>In place of a number of an epoch that is none, such as 0.5.</summary>
    public const long NoEpoch = long.MinValue;

    /// <summary>The longest line that may be a report, in characters.</summary>
    public const int MaxLength = 65_536;

    private const int MaxMetrics = 100;

    private const string AnswerName = "answer", HelloName = "hello";

    /// <summary>Whether it says only that reports are written into the pipe, and not printed.</summary>
    public bool IsHello => Epoch is null && Metrics.Count == 1 && Metrics.ContainsKey(HelloName);

    /// <summary>
    /// Reads a line of JSON. Numbers are metrics, NaN and Infinity among them as Python writes them; what is no number is left out.
    /// </summary>
    /// <returns>Null when the line is no object of JSON.</returns>
    public static ProgramReport? Read(string line)
    {
        var text = line.Trim();
        if (text.Length > MaxLength || !text.StartsWith('{') || !text.EndsWith('}'))
            return null;
        try
        {
            using var json = Parse(text);
            return Of(json.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The latter is a text that is no Unicode, such as half of a pair of surrogates.
            return null;
        }
    }

    /// <summary>Parses a line in which numbers that are not finite stand as Python writes them; they become texts.</summary>
    internal static JsonDocument Parse(string line) => JsonDocument.Parse(
        Words().Replace(line, match => match.Value.StartsWith('"') ? match.Value : $"\"{match.Value}\""));

    /// <summary>The number that such a text stands for; null for other texts.</summary>
    internal static double? NotFinite(string? text) => text switch
    {
        "NaN" => double.NaN,
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        _ => null,
    };

    /// <summary>The number of an epoch; <see cref="NoEpoch"/> where it has a fraction, or is beyond all that may be counted.</summary>
    public static long WholeEpoch(double number) =>
        number == Math.Truncate(number) && Math.Abs(number) < int.MaxValue ? (long)number : NoEpoch;

    private static ProgramReport Of(JsonElement line)
    {
        long? epoch = null;
        var wantsAnswer = false;
        string? refused = null;
        var metrics = new Dictionary<string, double>();
        foreach (var member in line.EnumerateObject())
        {
            if (member.Name == AnswerName)
                wantsAnswer = member.Value.ValueKind == JsonValueKind.True;
            else if (Number(member.Value) is not { } number)
                continue;
            else if (member.Name == EpochName)
                epoch = WholeEpoch(number);
            else if (MetricName.IsValid(member.Name) && metrics.Count < MaxMetrics)
                metrics[member.Name] = number;
            else
                refused ??= member.Name.Length <= 40 ? member.Name : $"{member.Name[..40]}…";
        }

        return new(epoch, metrics, wantsAnswer, refused);
    }

    private static double? Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String => NotFinite(value.GetString()),
        _ => null,
    };

    // A text is matched whole, also one that does not end, so that no word within it is taken for a number.
    [GeneratedRegex("""
        "(?>(?:[^"\\]|\\.?)*)"?|NaN|-?Infinity
        """)]
    private static partial Regex Words();
}
