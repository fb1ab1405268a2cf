using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace Sweep.Domain.Models;

/// <summary>A tensor of a safetensors file.</summary>
/// <param name="Type">F32, F64 or I64.</param>
/// <param name="Begin">Where its bytes begin in the file.</param>
/// <param name="Length">Its bytes.</param>
public sealed record SafeTensor(string Type, IReadOnlyList<long> Shape, int Begin, int Length);

/// <summary>
/// The layout of a safetensors file: the length of the header (8 bytes, little-endian), the header (JSON with the type, shape and offsets
/// of each tensor), and the bytes of the tensors.
/// Source: https://huggingface.co/docs/safetensors.
/// </summary>
public sealed class SafeTensors
{
    public const string MetadataKey = "__metadata__";

    private readonly byte[] _file;
    private readonly OrderedDictionary<string, SafeTensor> _tensors = [];

    /// <summary>
    /// Reads a file, which may be damaged: every type, shape and offset is checked before a byte of it is used.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// The bytes are not a whole safetensors file. The message is the rest of a sentence after "The file is damaged: ".
    /// </exception>
    public SafeTensors(byte[] file)
    {
        _file = file;
        var length = file.Length < sizeof(long) ? -1 : BinaryPrimitives.ReadInt64LittleEndian(file);
        if (length < 2 || length > file.Length - sizeof(long))
            throw new InvalidDataException($"{file.Length} bytes do not hold a header of {length}");
        try
        {
            using var header = JsonDocument.Parse(file.AsMemory(sizeof(long), (int)length));
            foreach (var property in header.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataKey)
                    Metadata = property.Value.Deserialize(DomainJson.Default.DictionaryStringString) ?? [];
                else
                    _tensors.Add(property.Name, Read(property, sizeof(long) + length, file.Length));
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException
            or OverflowException or ArgumentException)
        {
            throw new InvalidDataException($"its header cannot be read: {error.Message}");
        }
    }

    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>The tensors in the order of the header.</summary>
    public IReadOnlyDictionary<string, SafeTensor> Tensors => _tensors;

    public ReadOnlySpan<byte> Bytes(SafeTensor tensor) => _file.AsSpan(tensor.Begin, tensor.Length);

    /// <summary>A new file whose tensors, which lie in it in this order, are still zero.</summary>
    /// <param name="place">Where the bytes of the first tensor begin.</param>
    /// <exception cref="InvalidDataException">The file would be too large.</exception>
    public static byte[] Empty(
        IEnumerable<KeyValuePair<string, string>> metadata,
        IEnumerable<(string Name, string Type, IReadOnlyList<long> Shape)> tensors,
        out int place)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        json.WriteStartObject(MetadataKey);
        foreach (var (name, value) in metadata)
            json.WriteString(name, value);
        json.WriteEndObject();
        long begin = 0;
        foreach (var (name, type, shape) in tensors)
        {
            var end = begin + LengthOf(type, shape);
            json.WriteStartObject(name);
            json.WriteString("dtype", type);
            WriteNumbers(json, "shape", shape);
            WriteNumbers(json, "data_offsets", [begin, end]);
            json.WriteEndObject();
            begin = end;
        }

        json.WriteEndObject();
        json.Flush();
        // Spaces after the header let the tensors begin at a multiple of 8 bytes, as other readers expect.
        var header = (bytes.WrittenCount + 7) / 8 * 8;
        var total = sizeof(long) + header + begin;
        if (total > Array.MaxLength)
            throw new InvalidDataException($"it would take {total} bytes; at most {Array.MaxLength} fit");
        var file = new byte[total];
        place = sizeof(long) + header;
        BinaryPrimitives.WriteInt64LittleEndian(file, header);
        file.AsSpan(sizeof(long), header).Fill((byte)' ');
        bytes.WrittenSpan.CopyTo(file.AsSpan(sizeof(long)));
        return file;
    }

    private static SafeTensor Read(JsonProperty property, long dataBegin, int fileLength)
    {
        var type = property.Value.GetProperty("dtype").GetString() ?? "";
        var shape = property.Value.GetProperty("shape").Deserialize(DomainJson.Default.Int64Array) ?? [];
        var offsets = property.Value.GetProperty("data_offsets").Deserialize(DomainJson.Default.Int64Array) ?? [];
        if (type is not ("F32" or "F64" or "I64"))
            throw new InvalidDataException($"{property.Name} has the type {type}; F32, F64 and I64 are known");
        var length = LengthOf(type, shape);
        if (offsets.Length != 2 || offsets[0] < 0 || offsets[1] - offsets[0] != length || offsets[1] > fileLength - dataBegin)
            throw new InvalidDataException($"the bytes of {property.Name} are not where its header says");
        return new(type, shape, (int)(dataBegin + offsets[0]), (int)length);
    }

    private static long LengthOf(string type, IReadOnlyList<long> shape) => shape.Aggregate(
        type == "F32" ? 4L : 8L,
        (product, side) => side < 0 ? throw new OverflowException("a side is negative") : checked(product * side));

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
