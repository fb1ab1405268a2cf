using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sweep.Domain.Protocol;

/// <summary>
/// The form of a message between a silo and its trainer, little-endian:
/// <c>version (1 byte) · length of the JSON (4) · length of the bytes (4) · JSON (UTF-8) · bytes</c>.
/// </summary>
public static class Frame
{
    public const byte Version = 1;
    public const int HeaderLength = 9;
    public const int MaxJsonLength = 1 << 20;
    public const int MaxPayloadLength = 1 << 30;

    /// <summary>The bytes that are allocated before any of the announced ones has come.</summary>
    private const int FirstPart = 1 << 20;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = DomainJson.Default,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        // The discriminator may stand anywhere: a newer side may add members before it.
        AllowOutOfOrderMetadataProperties = true,
        // The code that handles messages does not check whether required members are there.
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Writes one message and flushes. Two calls on one stream must not overlap.</summary>
    /// <exception cref="ProtocolException">The message is beyond the limits; nothing of it was written.</exception>
    public static async Task WriteAsync<T>(Stream stream, T message, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
        where T : class
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(message, Json);
        if (json.Length > MaxJsonLength || payload.Length > MaxPayloadLength)
            throw Beyond($"{message.GetType().Name} has", json.Length, payload.Length);
        var head = new byte[HeaderLength + json.Length];
        head[0] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(1), json.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(5), payload.Length);
        json.CopyTo(head, HeaderLength);
        await stream.WriteAsync(head, cancellation);
        if (!payload.IsEmpty)
            await stream.WriteAsync(payload, cancellation);
        await stream.FlushAsync(cancellation);
    }

    /// <summary>The next message and its bytes, or null at the end of the stream.</summary>
    /// <exception cref="ProtocolException">The stream holds something else, another version, or a length beyond the limits.</exception>
    public static async Task<(T Message, byte[] Payload)?> ReadAsync<T>(Stream stream, CancellationToken cancellation)
        where T : class
    {
        var head = new byte[HeaderLength];
        var read = await stream.ReadAtLeastAsync(head, HeaderLength, throwOnEndOfStream: false, cancellation);
        if (read == 0)
            return null;
        if (read < HeaderLength)
            throw new ProtocolException($"The stream ended within a header, after {read} of {HeaderLength} bytes.");
        if (head[0] != Version)
        {
            throw new ProtocolException(
                $"Found protocol version {head[0]}; this side speaks {Version}. Silo and trainer must come from one build.");
        }

        var jsonLength = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(1));
        var payloadLength = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(5));
        if (jsonLength is <= 0 or > MaxJsonLength || payloadLength is < 0 or > MaxPayloadLength)
            throw Beyond("Found", jsonLength, payloadLength);
        try
        {
            var json = await ReadExactlyAsync(stream, jsonLength, cancellation);
            var payload = await ReadExactlyAsync(stream, payloadLength, cancellation);
            return (JsonSerializer.Deserialize<T>(json, Json) ?? throw new ProtocolException("A message is null."), payload);
        }
        catch (EndOfStreamException)
        {
            throw new ProtocolException("The stream ended within a message.");
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new ProtocolException($"A message cannot be read as {typeof(T).Name}: {error.Message}");
        }
    }

    /// <summary>Reads in growing parts, so that a header of nine bytes does not make its reader allocate a gigabyte.</summary>
    private static async Task<byte[]> ReadExactlyAsync(Stream stream, int length, CancellationToken cancellation)
    {
        var bytes = new byte[Math.Min(length, FirstPart)];
        for (var read = 0; ; Array.Resize(ref bytes, (int)Math.Min(length, 2L * read)))
        {
            await stream.ReadExactlyAsync(bytes.AsMemory(read), cancellation);
            read = bytes.Length;
            if (read == length)
                return bytes;
        }
    }

    private static ProtocolException Beyond(string what, int json, int payload) =>
        new($"{what} lengths {json} and {payload}; the limits are {MaxJsonLength} and {MaxPayloadLength} bytes.");
}

/// <summary>The bytes on the trainer's stream are no message of the protocol.</summary>
public sealed class ProtocolException(string message) : Exception(message);
