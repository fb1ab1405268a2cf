using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace Sweep.Trainer.Checkpoints;

/// <summary>
/// Writes tensors and metadata as one safetensors file: the length of the header (8 bytes, little-endian), the header (JSON with the type,
/// shape and offsets of each tensor), and the bytes of the tensors.
/// Source: https://huggingface.co/docs/safetensors.
/// </summary>
internal static class SafeTensorsWriter
{
    public static byte[] Write(IReadOnlyDictionary<string, string> metadata, IReadOnlyCollection<KeyValuePair<string, Tensor>> tensors)
    {
        var header = Header(metadata, tensors);
        var total = sizeof(long) + header.Length + tensors.Sum(pair => pair.Value.NumberOfElements * pair.Value.ElementSize);
        if (total > Array.MaxLength)
            throw new TrainerException($"The checkpoint would take {total} bytes; at most {Array.MaxLength} fit.");
        var file = new byte[total];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file, sizeof(long));
        var place = sizeof(long) + header.Length;
        foreach (var (_, tensor) in tensors)
        {
            using var scope = NewDisposeScope();
            var bytes = tensor.detach().cpu().contiguous().bytes;
            bytes.CopyTo(file.AsSpan(place));
            place += bytes.Length;
        }

        return file;
    }

    private static byte[] Header(IReadOnlyDictionary<string, string> metadata, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        json.WriteStartObject(SafeTensorsFile.MetadataKey);
        foreach (var (name, value) in metadata)
            json.WriteString(name, value);
        json.WriteEndObject();
        long begin = 0;
        foreach (var (name, tensor) in tensors)
        {
            var end = begin + (tensor.NumberOfElements * tensor.ElementSize);
            json.WriteStartObject(name);
            json.WriteString("dtype", SafeTensorsFile.TypeName(tensor.dtype));
            WriteNumbers(json, "shape", tensor.shape);
            WriteNumbers(json, "data_offsets", [begin, end]);
            json.WriteEndObject();
            begin = end;
        }

        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
