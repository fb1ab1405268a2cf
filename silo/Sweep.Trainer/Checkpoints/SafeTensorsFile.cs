using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace Sweep.Trainer.Checkpoints;

/// <summary>
/// A safetensors file. Every type, shape and offset is checked before a byte of the file becomes a tensor, since the file may be damaged.
/// <see cref="SafeTensorsWriter"/> describes the format.
/// </summary>
internal sealed class SafeTensorsFile
{
    public const string MetadataKey = "__metadata__";

    private readonly byte[] _data;
    private readonly Dictionary<string, Entry> _entries = [];

    /// <exception cref="TrainerException">The bytes are not a whole safetensors file.</exception>
    public SafeTensorsFile(byte[] data)
    {
        _data = data;
        var length = data.Length < sizeof(long) ? -1 : BinaryPrimitives.ReadInt64LittleEndian(data);
        if (length < 2 || length > data.Length - sizeof(long))
            throw Damaged($"{data.Length} bytes do not hold a header of {length}");
        try
        {
            using var header = JsonDocument.Parse(data.AsMemory(sizeof(long), (int)length));
            foreach (var property in header.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataKey)
                    Metadata = property.Value.Deserialize<Dictionary<string, string>>() ?? [];
                else
                    _entries.Add(property.Name, Entry.Of(property, sizeof(long) + length, data.Length));
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException
            or OverflowException or ArgumentException)
        {
            throw Damaged($"its header cannot be read: {error.Message}");
        }
    }

    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>Fills a tensor with the stored tensor of this name, which must have the same type and shape.</summary>
    /// <exception cref="TrainerException">The file has no tensor of this name, or one of another type or shape.</exception>
    public void CopyTo(string name, Tensor target)
    {
        if (!_entries.TryGetValue(name, out var entry))
            throw Damaged($"it has no tensor {name}");
        if (entry.Type != TypeName(target.dtype) || !entry.Shape.AsSpan().SequenceEqual(target.shape))
            throw Damaged(
                $"{name} is {entry.Type} [{string.Join(", ", entry.Shape)}]; " +
                $"expected {TypeName(target.dtype)} [{string.Join(", ", target.shape)}]");
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var stored = empty(entry.Shape, target.dtype);
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

    private sealed record Entry(string Type, long[] Shape, int Begin, int Length)
    {
        public static Entry Of(JsonProperty property, long dataBegin, int fileLength)
        {
            var type = property.Value.GetProperty("dtype").GetString() ?? "";
            var shape = property.Value.GetProperty("shape").Deserialize<long[]>() ?? [];
            var offsets = property.Value.GetProperty("data_offsets").Deserialize<long[]>() ?? [];
            var size = type == "F32" ? 4
                : type is "F64" or "I64" ? 8
                : throw Damaged($"{property.Name} has the type {type}; F32, F64 and I64 are known");
            var length = shape.Aggregate(
                (long)size, (product, side) => side < 0 ? throw new OverflowException("a side is negative") : checked(product * side));
            if (offsets.Length != 2 || offsets[0] < 0 || offsets[1] - offsets[0] != length || offsets[1] > fileLength - dataBegin)
                throw Damaged($"the bytes of {property.Name} are not where its header says");
            return new(type, shape, (int)(dataBegin + offsets[0]), (int)length);
        }
    }
}
