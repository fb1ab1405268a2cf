using System.Text.Json;
using System.Text.Json.Serialization;
using Sweep.Domain.Models;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Trainer.Checkpoints;

/// <summary>The epoch with the best score so far.</summary>
/// <param name="Value">Value of the objective's metric after that epoch.</param>
/// <param name="Score">The value with its sign set so that a lower score is better.</param>
internal sealed record BestEpoch(int Epoch, double Value, double Score);

/// <summary>The parts of the times in a checkpoint, seconds.</summary>
/// <param name="Validation">Wall time of the validations of the finished epochs.</param>
/// <param name="TrainProcessor">Processor time of the training steps of the finished epochs.</param>
/// <param name="ValidationProcessor">Processor time of the validations of the finished epochs.</param>
/// <param name="StepProcessor">Processor time of the finished steps of the next epoch.</param>
internal sealed record CheckpointTimes(double Validation, double TrainProcessor, double ValidationProcessor, double StepProcessor);

[JsonSerializable(typeof(CheckpointHeader))]
internal sealed partial class CheckpointJson : JsonSerializerContext;

/// <summary>Everything in a checkpoint that is not a tensor.</summary>
/// <param name="Epoch">Number of finished epochs.</param>
/// <param name="Step">Number of finished steps of the next epoch.</param>
/// <param name="Seconds">Wall time of the finished epochs, training and validation.</param>
/// <param name="StepSeconds">Wall time of the finished steps of the next epoch.</param>
/// <param name="Parameters">The trial's parameters as JSON.</param>
/// <param name="Dataset">SHA-256 of the text, in lower-case hexadecimal.</param>
/// <param name="Characters">The vocabulary, in the order of the ids.</param>
/// <param name="Times">The parts of the times; null where a version that did not measure them began the trial.</param>
/// <param name="Environment">Where the checkpoint was made; null where an earlier version made it.</param>
/// <param name="Test">See <see cref="TrainerCommand.Train"/>.</param>
/// <param name="FirstTarget">See <see cref="TrainerCommand.Train"/>.</param>
/// <param name="SplitSeed">See <see cref="TrainerCommand.Train"/>.</param>
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
    string Characters,
    CheckpointTimes? Times = null,
    AttemptEnvironment? Environment = null,
    double Test = 0,
    int? FirstTarget = null,
    long? SplitSeed = null)
{
    private const string Format = TrialWeights.CheckpointKey;
    private const int MostThreads = 1024;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = CheckpointJson.Default,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        // A perplexity can be infinite, which plain JSON numbers cannot express.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    public Dictionary<string, string> ToMetadata() => new() { [Format] = JsonSerializer.Serialize(this, Json) };

    /// <exception cref="TrainerException">The file is not the checkpoint of a trial, or has another format.</exception>
    public static CheckpointHeader Of(SafeTensorsFile file)
    {
        if (!file.Metadata.TryGetValue(Format, out var json))
            throw new TrainerException(
                $"The checkpoint has no {Format}: it was written by another version of Sweep, or by something else.");
        try
        {
            if (JsonSerializer.Deserialize<CheckpointHeader>(json, Json) is not { Epoch: >= 0, Step: >= 0 } header)
                throw new TrainerException("The checkpoint is damaged: its position is before the start.");
            // libtorch aborts the process when it is given 0 threads.
            return header.Environment is null or { Threads: >= 1 and <= MostThreads }
                ? header
                : throw new TrainerException(
                    $"The checkpoint is damaged: found {header.Environment.Threads} threads; expected 1 to {MostThreads}.");
        }
        catch (JsonException error)
        {
            throw new TrainerException($"The checkpoint is damaged: {Format} cannot be read: {error.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>The parameters and the vocabulary of the trial that wrote the checkpoint.</summary>
    /// <exception cref="TrainerException">The parameters cannot be read.</exception>
    public (TrialParameters Parameters, Vocabulary Vocabulary) Trial()
    {
        try
        {
            return (TrialParameters.FromJson(Parameters), Vocabulary.Of(Characters));
        }
        catch (JsonException error)
        {
            throw new TrainerException(
                $"The checkpoint is damaged: its parameters cannot be read: {error.Message.ReplaceLineEndings(" ")}");
        }
    }
}
