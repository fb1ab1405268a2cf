namespace Sweep.SystemTests.Tracing;

/// <summary>A span as it was exported.</summary>
/// <param name="Service">service.name and service.instance.id of who exported it.</param>
/// <param name="Parent">Its id; empty for the root of a trace.</param>
/// <param name="Start">Nanoseconds since 1970.</param>
/// <param name="IsError">Whether its status says so.</param>
public sealed record ReceivedSpan(
    (string Name, string Instance) Service, string Trace, string Id, string Parent, string Name, ulong Start, ulong End, Dictionary<string, string> Attributes, bool IsError)
{
    private const ulong Error = 2;

    /// <summary>All spans of an <c>ExportTraceServiceRequest</c>. Source: opentelemetry-proto 1.x, trace/v1/trace.proto.</summary>
    public static IEnumerable<ReceivedSpan> In(byte[] request) =>
        from resource in new ProtobufMessage(request).Messages(1)
        let service = resource.Messages(1).Single().Attributes(1)
        from scope in resource.Messages(2)
        from span in scope.Messages(2)
        select new ReceivedSpan(
            (service["service.name"], service["service.instance.id"]), span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5), span.Number(7), span.Number(8), span.Attributes(9),
            span.Messages(15).Any(status => status.Number(3) == Error));
}
