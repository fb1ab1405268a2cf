using Sweep.Domain.Models;
using static TorchSharp.torch;

namespace Sweep.Trainer.Checkpoints;

/// <summary>Writes tensors and metadata as one safetensors file: see <see cref="SafeTensors"/>.</summary>
internal static class SafeTensorsWriter
{
    public static byte[] Write(IReadOnlyDictionary<string, string> metadata, IReadOnlyCollection<KeyValuePair<string, Tensor>> tensors)
    {
        var (file, place) = Empty(metadata, tensors);
        foreach (var (_, tensor) in tensors)
        {
            using var scope = NewDisposeScope();
            var bytes = tensor.detach().cpu().contiguous().bytes;
            bytes.CopyTo(file.AsSpan(place));
            place += bytes.Length;
        }

        return file;
    }

    private static (byte[] File, int Place) Empty(
        IReadOnlyDictionary<string, string> metadata, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        try
        {
            var file = SafeTensors.Empty(
                metadata,
                tensors.Select(pair => (pair.Key, SafeTensorsFile.TypeName(pair.Value.dtype), (IReadOnlyList<long>)pair.Value.shape)),
                out var place);
            return (file, place);
        }
        catch (InvalidDataException error)
        {
            throw new TrainerException($"The checkpoint cannot be written: {error.Message}.");
        }
    }
}
