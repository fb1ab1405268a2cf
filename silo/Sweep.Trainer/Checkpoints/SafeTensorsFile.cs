using Sweep.Domain.Models;
using static TorchSharp.torch;

namespace Sweep.Trainer.Checkpoints;

/// <summary>A safetensors file whose tensors become libtorch's. It may be damaged: see <see cref="SafeTensors"/>.</summary>
internal sealed class SafeTensorsFile
{
    private readonly byte[] _data;
    private readonly SafeTensors _content;

    /// <exception cref="TrainerException">The bytes are not a whole safetensors file.</exception>
    public SafeTensorsFile(byte[] data)
    {
        try
        {
            (_data, _content) = (data, new(data));
        }
        catch (InvalidDataException error)
        {
            throw Damaged(error.Message);
        }
    }

    public IReadOnlyDictionary<string, string> Metadata => _content.Metadata;

    /// <summary>The weights of another trial, from which a trial begins; null for the checkpoint of a trial.</summary>
    /// <exception cref="TrainerException">They are damaged.</exception>
    public TrialWeights? Weights()
    {
        try
        {
            return TrialWeights.Of(_content, _data);
        }
        catch (InvalidDataException error)
        {
            throw Damaged(error.Message);
        }
    }

    /// <summary>Fills a tensor with the stored tensor of this name, which must have the same type and shape.</summary>
    /// <exception cref="TrainerException">The file has no tensor of this name, or one of another type or shape.</exception>
    public void CopyTo(string name, Tensor target)
    {
        if (!_content.Tensors.TryGetValue(name, out var entry))
            throw Damaged($"it has no tensor {name}");
        if (entry.Type != TypeName(target.dtype) || !entry.Shape.SequenceEqual(target.shape))
            throw Damaged(
                $"{name} is {entry.Type} [{string.Join(", ", entry.Shape)}]; " +
                $"expected {TypeName(target.dtype)} [{string.Join(", ", target.shape)}]");
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var stored = empty([.. entry.Shape], target.dtype);
        stored.bytes = _data.AsSpan(entry.Begin, entry.Length);
        target.copy_(stored);
    }

    public static string TypeName(ScalarType type) => type switch
    {
        ScalarType.Float32 => "F32",
        ScalarType.Float64 => "F64",
        ScalarType.Int64 => "I64",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    /// <summary>Keeps the message on one line, since the reason may quote text of the file.</summary>
    private static TrainerException Damaged(string reason) => new($"The checkpoint is damaged: {reason.ReplaceLineEndings(" ")}.");
}
