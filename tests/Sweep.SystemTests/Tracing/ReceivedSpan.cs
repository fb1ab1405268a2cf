namespace Sweep.SystemTests.Tracing;

/// <summary>An exported span.</summary>
/// <param name="Service">service.name and service.instance.id of the exporter.</param>
/// <param name="Parent">Id of the parent span; empty for the root of a trace.</param>
/// <param name="Start">Start in nanoseconds since 1970.</param>
/// <param name="IsError">Whether the span's status is an error.</param>
public sealed record ReceivedSpan(
    (string Name, string Instance) Service, string Trace, string Id, string Parent, string Name, ulong Start, ulong End,
    Dictionary<string, string> Attributes, bool IsError)
{
    private const ulong Error = 2;

    /// <summary>Reads all spans of an <c>ExportTraceServiceRequest</c>. Source: opentelemetry-proto 1.x, trace/v1/trace.proto.</summary>
    public static IEnumerable<ReceivedSpan> In(byte[] request) =>
        from resource in new ProtobufMessage(request).Messages(1)
        let service = resource.Messages(1).Single().Attributes(1)
        from scope in resource.Messages(2)
        from span in scope.Messages(2)
        select new ReceivedSpan(
            (service["service.name"], service["service.instance.id"]), span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5), span.Number(7),
            span.Number(8), span.Attributes(9),
            span.Messages(15).Any(status => status.Number(3) == Error));
}
