using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sweep.Domain.Search;

namespace Sweep.Client.Output;

/// <summary>
/// JSON for programs: names in snake_case, numbers with all digits, lists of numbers on one line, and null for infinity and NaN, which
/// JSON lacks.
/// </summary>
internal static class JsonOutput
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = null,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters =
        {
            new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower), new FiniteConverter(), new NumbersConverter(),
            new ParametersConverter(),
        },
    };

    public static void Write(TextWriter writer, object value) => writer.WriteLine(JsonSerializer.Serialize(value, Options));

    public static void Write(TextWriter writer, OutputTable table) => Write(writer, Rows(table));

    /// <summary>The rows of a table as objects.</summary>
    public static IReadOnlyList<Dictionary<string, object?>> Rows(OutputTable table)
    {
        var names = ColumnNames.Distinct([.. table.Columns.Select(column => column.Name)]);
        return [.. table.Rows.Select(row => names.Zip(row).ToDictionary(pair => pair.First, pair => pair.Second))];
    }

    /// <summary>Writes a list on one line, also where the document around it is indented.</summary>
    private static void WriteList(Utf8JsonWriter writer, IEnumerable<int> numbers) =>
        writer.WriteRawValue($"[{string.Join(", ", numbers)}]", skipInputValidation: true);

    private sealed class NumbersConverter : JsonConverter<int[]>
    {
        public override int[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, int[] value, JsonSerializerOptions options) => WriteList(writer, value);
    }

    private sealed class ParametersConverter : JsonConverter<ParameterMap>
    {
        public override ParameterMap Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, ParameterMap value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            foreach (var name in value.Names)
            {
                writer.WritePropertyName(name);
                if (value.ValueOf(name) is ParameterValue.Widths widths)
                    WriteList(writer, widths.Numbers);
                else
                    JsonSerializer.Serialize(writer, value.ValueOf(name), options);
            }

            writer.WriteEndObject();
        }
    }

    private sealed class FiniteConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
                writer.WriteNumberValue(value);
            else
                writer.WriteNullValue();
        }
    }
}
