using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Sweep.Domain.Search;

/// <summary>The values of one trial's parameters by name. Stored as JSON in <c>trials.params</c>.</summary>
/// <param name="entries">Each name once.</param>
public sealed class ParameterMap(ImmutableArray<(string Name, ParameterValue Value)> entries)
{
    public IEnumerable<string> Names => entries.Select(entry => entry.Name);

    /// <summary>
    /// The number of epochs that the trial trains; 0 when it has no such parameter. It is the only parameter that silos read themselves, to
    /// tell whether a trial is complete.
    /// </summary>
    public int Epochs => Find("epochs") is ParameterValue.Whole whole ? (int)whole.Number : 0;

    public ParameterValue? Find(string parameter)
    {
        // There are few parameters, so a hash table would cost more than it saves.
        foreach (var (name, value) in entries)
        {
            if (name == parameter)
                return value;
        }

        return null;
    }

    /// <exception cref="ArgumentOutOfRangeException">The trial has no such parameter.</exception>
    public ParameterValue ValueOf(string parameter) =>
        Find(parameter) ?? throw new ArgumentOutOfRangeException(nameof(parameter), parameter, "The trial has no such parameter.");

    /// <summary>The same trial with another value of one of its parameters.</summary>
    public ParameterMap With(string parameter, ParameterValue value) =>
        new([.. entries.Select(entry => entry.Name == parameter ? (parameter, value) : entry)]);

    public string ToJson()
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in entries)
            {
                writer.WritePropertyName(name);
                value.Write(writer);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>Reads the parameters in the order of the text.</summary>
    /// <exception cref="JsonException">The text is not the JSON of a trial's parameters.</exception>
    public static ParameterMap FromJson(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        var entries = ImmutableArray.CreateBuilder<(string, ParameterValue)>();
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("A trial's parameters are no object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            entries.Add((name, ParameterValue.Read(ref reader)));
        }

        return new(entries.ToImmutable());
    }
}
