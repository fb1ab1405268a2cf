using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sweep.Client.Output;

/// <summary>A number or a JSON document in the words of whoever wrote it: with all its digits, which no type of ours may have room for.</summary>
[JsonConverter(typeof(Converter))]
internal sealed record WrittenValue(string Text)
{
    private sealed class Converter : JsonConverter<WrittenValue>
    {
        public override WrittenValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, WrittenValue value, JsonSerializerOptions options)
        {
            if (value.Text is "NaN" or "Infinity" or "-Infinity")
                writer.WriteNullValue();
            else
                writer.WriteRawValue(value.Text, skipInputValidation: true);
        }
    }
}
