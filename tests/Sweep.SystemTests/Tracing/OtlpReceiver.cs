using System.Net;

namespace Sweep.SystemTests.Tracing;

/// <summary>A collector of traces: an HTTP server that receives OTLP as Protocol Buffers and keeps the spans.</summary>
public sealed class OtlpReceiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly List<ReceivedSpan> _spans = [];
    private readonly Task _listening;
    private int _requests;

    /// <exception cref="HttpListenerException">Another program listens on the port.</exception>
    public OtlpReceiver(int port)
    {
        Address = $"http://127.0.0.1:{port}";
        _listener.Prefixes.Add(Address + "/");
        // Exporters without configuration use this host name, and the listener answers only to names that it has.
        _listener.Prefixes.Add($"http://localhost:{port}/");
        _listener.Start();
        _listening = ListenAsync();
    }

    public string Address { get; }

    /// <summary>Number of requests of any kind and to any path.</summary>
    public int Requests => _requests;

    public IReadOnlyList<ReceivedSpan> Spans
    {
        get
        {
            lock (_spans)
                return [.. _spans];
        }
    }

    public void Dispose()
    {
        _listener.Close();
        _listening.Wait();
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                Interlocked.Increment(ref _requests);
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                if (context.Request.Url!.AbsolutePath == "/v1/traces")
                {
                    lock (_spans)
                        _spans.AddRange(ReceivedSpan.In(body.ToArray()));
                }

                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // The listener was closed.
        }
    }
}
