using System.Buffers.Binary;
using System.Text;

namespace Sweep.SystemTests.Tracing;

/// <summary>The fields of one message of Protocol Buffers in their wire format, which is enough to read what a program exports.</summary>
public sealed class ProtobufMessage
{
    private readonly List<(int Field, ReadOnlyMemory<byte> Bytes, ulong Number)> _fields = [];

    /// <exception cref="InvalidDataException">The bytes are not such a message.</exception>
    public ProtobufMessage(ReadOnlyMemory<byte> message)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message.Span, ref at);
            var (bytes, number) = (ReadOnlyMemory<byte>.Empty, 0UL);
            switch (tag & 7)
            {
                case 0:
                    number = Varint(message.Span, ref at);
                    break;
                case 1:
                    number = BinaryPrimitives.ReadUInt64LittleEndian(message.Span[at..]);
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(message.Span, ref at);
                    bytes = message.Slice(at, length);
                    at += length;
                    break;
                case 5:
                    number = BinaryPrimitives.ReadUInt32LittleEndian(message.Span[at..]);
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"Field {tag >> 3} has the wire type {tag & 7}.");
            }

            _fields.Add(((int)(tag >> 3), bytes, number));
        }
    }

    public IEnumerable<ProtobufMessage> Messages(int field) =>
        _fields.Where(found => found.Field == field).Select(found => new ProtobufMessage(found.Bytes));

    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field));

    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field));

    public ulong Number(int field) => _fields.LastOrDefault(found => found.Field == field).Number;

    /// <summary>Reads a list of OpenTelemetry's <c>KeyValue</c>. Values other than texts and whole numbers are not supported.</summary>
    public Dictionary<string, string> Attributes(int field) => Messages(field).ToDictionary(
        pair => pair.Text(1),
        pair => pair.Messages(2).Single() switch
        {
            var value when value._fields is [{ Field: 1 }] => value.Text(1),
            var value => value.Number(3).ToString(System.Globalization.CultureInfo.InvariantCulture),
        });

    private ReadOnlySpan<byte> Bytes(int field) => _fields.LastOrDefault(found => found.Field == field).Bytes.Span;

    private static ulong Varint(ReadOnlySpan<byte> message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
