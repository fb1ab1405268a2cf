using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sweep.Domain.Search;

namespace Sweep.Domain.Models;

/// <summary>
/// The weights of a trial's best epoch as a safetensors file, with the names of torch.nn's modules: <c>embedding.weight</c>,
/// <c>recurrent.weight_ih_l0</c>, …, <c>head.0.weight</c>, … Its metadata has what it takes to use them.
/// </summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Parameters">Those of the trial.</param>
/// <param name="Vocabulary">The characters of the ids that the model takes and gives.</param>
/// <param name="File">The same weights of the same trial always give the same bytes.</param>
public sealed record TrialWeights(int Epoch, TrialParameters Parameters, Vocabulary Vocabulary, byte[] File)
{
    /// <summary>The member of a checkpoint's metadata that has its header, as JSON.</summary>
    public const string CheckpointKey = "sweep-checkpoint-1";

    private const string Key = "sweep-weights-1";
    private const string Best = "best.";

    /// <summary>Of <see cref="File"/>, lower-case hexadecimal.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(File));

    /// <summary>Takes the best weights out of a checkpoint.</summary>
    /// <returns>Null when the trial has not finished an epoch yet.</returns>
    /// <exception cref="InvalidDataException">The bytes are not a checkpoint of a trial.</exception>
    public static TrialWeights? OfCheckpoint(byte[] checkpoint)
    {
        var source = new SafeTensors(checkpoint);
        var (epoch, parameters, characters) = Read(source, CheckpointKey, root =>
            root.GetProperty("best") is { ValueKind: JsonValueKind.Object } best ? best.GetProperty("epoch").GetInt32() : 0)
            ?? throw new InvalidDataException("it was written by another version of Sweep, or by something else");
        if (epoch == 0)
            return null;
        var tensors = source.Tensors.Where(tensor => tensor.Key.StartsWith(Best, StringComparison.Ordinal)).ToList();
        var header = new JsonObject { ["epoch"] = epoch, ["parameters"] = parameters, ["characters"] = characters };
        var file = SafeTensors.Empty(
            // Other programs look for this member to learn whose tensors these are.
            [new("format", "pt"), new(Key, header.ToJsonString())],
            tensors.Select(tensor => (tensor.Key[Best.Length..], tensor.Value.Type, tensor.Value.Shape)),
            out var place);
        foreach (var (_, tensor) in tensors)
        {
            source.Bytes(tensor).CopyTo(file.AsSpan(place));
            place += tensor.Length;
        }

        return new(epoch, TrialParameters.FromJson(parameters), Vocabulary.Of(characters), file);
    }

    /// <exception cref="InvalidDataException">The bytes are not the weights of a trial.</exception>
    public static TrialWeights Of(byte[] file) =>
        Of(new SafeTensors(file), file) ?? throw new InvalidDataException("it has no weights of a trial");

    /// <returns>Null when the file has something else than the weights of a trial.</returns>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    public static TrialWeights? Of(SafeTensors content, byte[] file) =>
        Read(content, Key, root => root.GetProperty("epoch").GetInt32()) is var (epoch, parameters, characters)
            ? new(epoch, TrialParameters.FromJson(parameters), Vocabulary.Of(characters), file)
            : null;

    private static (int Epoch, string Parameters, string Characters)? Read(
        SafeTensors content, string key, Func<JsonElement, int> epoch)
    {
        if (!content.Metadata.TryGetValue(key, out var text))
            return null;
        try
        {
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            var parameters = root.GetProperty("parameters").GetString() ?? "";
            _ = TrialParameters.FromJson(parameters);
            return (epoch(root), parameters, root.GetProperty("characters").GetString() ?? "");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException($"its {key} cannot be read: {error.Message}");
        }
    }
}
