using System.Buffers;
using System.Text;
using System.Text.Json;
using Sweep.Domain.Trials;

namespace Sweep.Storage;

/// <summary>Reads and writes <c>epochs.metrics</c>: an object of numbers by name.</summary>
internal static class StoredMetrics
{
    public static string Write(ProgramMetrics epoch)
    {
        var bytes = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in epoch.Values)
                writer.WriteNumber(name, value);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <exception cref="JsonException">The text is no object of numbers.</exception>
    public static IReadOnlyDictionary<string, double> Read(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        var values = new Dictionary<string, double>();
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("The metrics of an epoch are no object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            values[name] = reader.GetDouble();
        }

        return values;
    }
}
