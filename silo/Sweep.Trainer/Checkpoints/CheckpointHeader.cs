using System.Text.Json;
using System.Text.Json.Serialization;
using Sweep.Domain.Models;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Trainer.Checkpoints;

/// <summary>The epoch whose weights won so far.</summary>
/// <param name="Value">Of the objective's metric.</param>
/// <param name="Score">The value with its sign set so that lower wins.</param>
internal sealed record BestEpoch(int Epoch, double Value, double Score);

[JsonSerializable(typeof(CheckpointHeader))]
internal sealed partial class CheckpointJson : JsonSerializerContext;

/// <summary>Everything in a checkpoint that is not a tensor.</summary>
/// <param name="Epoch">Whole epochs behind it.</param>
/// <param name="Step">Steps of the next epoch behind it.</param>
/// <param name="Seconds">Wall time of the whole epochs.</param>
/// <param name="StepSeconds">Wall time of the steps of the next epoch.</param>
/// <param name="Parameters">JSON of the trial's parameters.</param>
/// <param name="Dataset">SHA-256 of the text.</param>
/// <param name="Characters">The vocabulary, in the order of the ids.</param>
internal sealed record CheckpointHeader(
    int Epoch,
    int Step,
    BestEpoch? Best,
    double Seconds,
    double StepSeconds,
    string Parameters,
    SplitKind Split,
    double Validation,
    string Dataset,
    string Characters)
{
    private const string Format = "sweep-checkpoint-1";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = CheckpointJson.Default,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        // An endless perplexity is a score like any other.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    public Dictionary<string, string> ToMetadata() => new() { [Format] = JsonSerializer.Serialize(this, Json) };

    /// <exception cref="TrainerException">It is not the checkpoint of a trial, or one of another format.</exception>
    public static CheckpointHeader Of(SafeTensorsFile file)
    {
        if (!file.Metadata.TryGetValue(Format, out var json))
            throw new TrainerException($"The checkpoint has no {Format}: it was written by another version of Sweep, or by something else.");
        try
        {
            return JsonSerializer.Deserialize<CheckpointHeader>(json, Json) is { Epoch: >= 0, Step: >= 0 } header
                ? header
                : throw new TrainerException("The checkpoint is damaged: its position is before the start.");
        }
        catch (JsonException error)
        {
            throw new TrainerException($"The checkpoint is damaged: {Format} cannot be read: {error.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>The trial whose checkpoint it is, and its vocabulary.</summary>
    /// <exception cref="TrainerException">They cannot be read.</exception>
    public (TrialParameters Parameters, Vocabulary Vocabulary) Trial()
    {
        try
        {
            return (TrialParameters.FromJson(Parameters), Vocabulary.Of(Characters));
        }
        catch (JsonException error)
        {
            throw new TrainerException($"The checkpoint is damaged: its parameters cannot be read: {error.Message.ReplaceLineEndings(" ")}");
        }
    }
}
