using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sweep.Domain.Trials;

/// <summary>
/// The name of a number that every epoch of a trial has, or that a trial ends with, as in sweep files and tables. A
/// <see cref="MetricCatalog"/> or a <see cref="ResultMeasure"/> has its meaning.
/// </summary>
[JsonConverter(typeof(Converter))]
public sealed record Metric(string Name)
{
    public static Metric ValLoss { get; } = new("val_loss");

    public static Metric ValAccuracy { get; } = new("val_accuracy");

    public static Metric TrainLoss { get; } = new("train_loss");

    public static Metric Perplexity { get; } = new("perplexity");

    public override string ToString() => Name;

    internal sealed class Converter : JsonConverter<Metric>
    {
        public override Metric Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String
                ? new(reader.GetString()!)
                : throw new JsonException($"The name of a metric cannot be {reader.TokenType}.");

        public override void Write(Utf8JsonWriter writer, Metric value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Name);
    }
}
