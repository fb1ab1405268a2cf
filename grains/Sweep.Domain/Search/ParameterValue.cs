using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sweep.Domain.Search;

/// <summary>
/// One value of one parameter: a whole number, a real number, a word, true or false, or a list of widths. Values are equal by content. A
/// number without a fraction is always <see cref="Whole"/>, also where its parameter is real, so that 1 and 1.0 are one value in lists, in
/// conditions and in JSON.
/// </summary>
[JsonConverter(typeof(Converter))]
public abstract record ParameterValue
{
    private ParameterValue() { }

    /// <summary>The value of a number that may have a fraction.</summary>
    public static ParameterValue Of(double number) =>
        number == Math.Truncate(number) && Math.Abs(number) < 1e15 ? new Whole((long)number) : new Real(number);

    public sealed record Whole(long Number) : ParameterValue
    {
        public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);
    }

    /// <param name="Number">With a fraction, or too large to be told from its neighbours: see <see cref="Of"/>.</param>
    public sealed record Real(double Number) : ParameterValue
    {
        public override string ToString() => Number.ToString("R", CultureInfo.InvariantCulture);
    }

    public sealed record Word(string Text) : ParameterValue
    {
        public override string ToString() => Text;
    }

    public sealed record Truth(bool IsTrue) : ParameterValue
    {
        public override string ToString() => IsTrue ? "true" : "false";
    }

    public sealed record Widths(ImmutableArray<int> Numbers) : ParameterValue
    {
        public bool Equals(Widths? other) => other is not null && Numbers.AsSpan().SequenceEqual(other.Numbers.AsSpan());

        public override int GetHashCode() => Numbers.Aggregate(17, HashCode.Combine);

        public override string ToString() => $"[{string.Join(", ", Numbers)}]";
    }

    internal static ParameterValue Read(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetInt64(out var number) => new Whole(number),
        JsonTokenType.Number => Of(reader.GetDouble()),
        JsonTokenType.String => new Word(reader.GetString()!),
        JsonTokenType.True => new Truth(true),
        JsonTokenType.False => new Truth(false),
        JsonTokenType.StartArray => ReadWidths(ref reader),
        _ => throw new JsonException($"A parameter's value cannot be {reader.TokenType}."),
    };

    internal void Write(Utf8JsonWriter writer)
    {
        switch (this)
        {
            case Whole whole: writer.WriteNumberValue(whole.Number); break;
            case Real real: writer.WriteNumberValue(real.Number); break;
            case Word word: writer.WriteStringValue(word.Text); break;
            case Truth truth: writer.WriteBooleanValue(truth.IsTrue); break;
            case Widths widths: WriteWidths(writer, widths); break;
            default: throw new JsonException($"Unknown kind of value: {GetType().Name}.");
        }
    }

    private static Widths ReadWidths(ref Utf8JsonReader reader)
    {
        var numbers = ImmutableArray.CreateBuilder<int>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var number))
                throw new JsonException("A list among a parameter's values holds whole numbers.");
            numbers.Add(number);
        }

        return new(numbers.ToImmutable());
    }

    private static void WriteWidths(Utf8JsonWriter writer, Widths widths)
    {
        writer.WriteStartArray();
        foreach (var number in widths.Numbers)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }

    internal sealed class Converter : JsonConverter<ParameterValue>
    {
        public override ParameterValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            ParameterValue.Read(ref reader);

        public override void Write(Utf8JsonWriter writer, ParameterValue value, JsonSerializerOptions options) => value.Write(writer);
    }
}
