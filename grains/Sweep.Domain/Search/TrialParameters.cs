using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sweep.Domain.Search;

/// <summary>Everything that decides what one trial trains, besides the text. Stored as JSON in <c>trials.params</c>.</summary>
/// <param name="SequenceLength">Characters in a window; at least 1.</param>
/// <param name="HiddenSize">Width of the embedding and of every recurrent layer; at least 1.</param>
/// <param name="Layers">Recurrent layers; at least 1.</param>
/// <param name="FullyConnected">Widths of the hidden layers (ReLU) between the last state and the logits; may be empty.</param>
/// <param name="LearningRate">Above 0.</param>
/// <param name="BatchSize">Windows in a step; null (<c>full</c> in a sweep file) for the whole training set.</param>
/// <param name="Dropout">Between recurrent layers, in [0, 1).</param>
/// <param name="Epochs">At least 1.</param>
/// <param name="WeightDecay">At least 0.</param>
/// <param name="GradientClipping">Largest norm of all gradients together; 0 for no limit.</param>
/// <param name="Seed">Of the initial weights, the order of the data, dropout, and the split where each trial has its own.</param>
public sealed record TrialParameters(
    CellKind Cell,
    int SequenceLength,
    int HiddenSize,
    int Layers,
    IReadOnlyList<int> FullyConnected,
    double LearningRate,
    int? BatchSize,
    double Dropout,
    int Epochs,
    OptimizerKind Optimizer,
    double WeightDecay,
    double GradientClipping,
    long Seed)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = DomainJson.Default,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false), new BatchSizeConverter() },
    };

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="JsonException">The text is not the JSON of a trial's parameters.</exception>
    public static TrialParameters FromJson(string json) =>
        JsonSerializer.Deserialize<TrialParameters>(json, Json) ?? throw new JsonException("A trial's parameters are null.");

    /// <summary>Writes null as <c>"full"</c>, the word of the sweep file, so that SQL shows what the user wrote.</summary>
    private sealed class BatchSizeConverter : JsonConverter<int?>
    {
        public override bool HandleNull => true;

        public override int? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number ? reader.GetInt32() : null;

        public override void Write(Utf8JsonWriter writer, int? value, JsonSerializerOptions options)
        {
            if (value is { } size)
                writer.WriteNumberValue(size);
            else
                writer.WriteStringValue("full");
        }
    }
}

public enum CellKind { Rnn, Lstm, Gru }

public enum OptimizerKind
{
    Adam,
    Sgd,

    /// <summary>One word, as in sweep files.</summary>
    [JsonStringEnumMemberName("adamw")]
    AdamW,
}
