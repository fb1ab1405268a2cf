using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sweep.Client.Output;

/// <summary>
/// A number or a JSON document in the database's own text, which is printed without a change, since no type of .NET holds all digits of
/// every number.
/// </summary>
[JsonConverter(typeof(Converter))]
internal sealed record WrittenValue(string Text)
{
    private sealed class Converter : JsonConverter<WrittenValue>
    {
        public override WrittenValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, WrittenValue value, JsonSerializerOptions options)
        {
            if (value.Text is "NaN" or "Infinity" or "-Infinity")
                writer.WriteNullValue();
            else
                writer.WriteRawValue(value.Text, skipInputValidation: true);
        }
    }
}
