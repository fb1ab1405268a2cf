using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Sweep.Fuzzing;

/// <summary>Requests to a silo's port for <c>/sd</c>, <c>/metrics</c> and the probes.</summary>
/// <param name="silo">Address of the silo's HTTP endpoints.</param>
public sealed partial class SiloHttpTarget(Uri silo) : FuzzTarget, IDisposable
{
    private const int MaxAnswer = 1 << 20;

    private readonly HttpClient _client = new();

    private static readonly string[] Requests =
    [
        "GET /sd HTTP/1.1\r\nHost: silo\r\nConnection: close\r\n\r\n",
        "GET /metrics HTTP/1.1\r\nHost: silo\r\nAccept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5\r\n" +
        "Accept-Encoding: gzip\r\nConnection: close\r\n\r\n",
        "HEAD /readyz HTTP/1.1\r\nHost: silo\r\nConnection: close\r\n\r\n",
        "POST /sd HTTP/1.1\r\nHost: silo\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
        "POST /healthz HTTP/1.1\r\nHost: silo\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "GET /sd?x=1&y=%00 HTTP/1.1\r\nHost: silo\r\n\r\n" +
        "GET /dashboard HTTP/1.1\r\nHost: silo\r\nAuthorization: Basic YTpi\r\nConnection: close\r\n\r\n",
    ];

    public override string Name => "silo-http";

    public override IReadOnlyList<byte[]> Inputs { get; } = [.. Requests.Select(Encoding.Latin1.GetBytes)];

    public override IReadOnlyList<string> Scraps { get; } =
    [
        "\r\n", "\r\n\r\n", "\n", " ", "/", "//", "/../", "/%2e%2e/", "%00", "%", "?", "#", "*", ":", ",", "GET ", "OPTIONS ", "CONNECT ",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.0", "HTTP/9.9", "Host: ", "Host: a\r\nHost: b", "Content-Length: 99999999999999999999",
        "Content-Length: -1", "Transfer-Encoding: chunked\r\n", "ffffffff\r\n", "Expect: 100-continue\r\n", "Upgrade: h2c\r\n",
        "Range: bytes=0-1\r\n", "Accept: */*;q=x\r\n", "Authorization: Basic !\r\n", "X: \0", "é", "\u001b",
    ];

    public void Dispose() => _client.Dispose();

    public override async Task ReadAsync(byte[] input)
    {
        var answer = await AskAsync(input);
        // An answer that begins with other letters is HTTP/2. A status of 500 means an uncaught exception. 501 and 505 are fine, since they
        // mean that the server does not support a part of HTTP.
        if (answer.StartsWith("HTTP", StringComparison.Ordinal) && Status().Match(answer) is var status
            && (!status.Success || status.Groups[1].Value is ['5', _, not ('1' or '5')]))
            throw new FuzzFinding($"Answered {answer[..Math.Min(200, answer.Length)]}");
        await _client.GetStringAsync(new Uri(silo, "/sd"));
    }

    private async Task<string> AskAsync(byte[] request)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var client = new TcpClient();
        await client.ConnectAsync(silo.Host, silo.Port, limit.Token);
        var answer = new MemoryStream();
        try
        {
            var stream = client.GetStream();
            await stream.WriteAsync(request, limit.Token);
            client.Client.Shutdown(SocketShutdown.Send);
            var buffer = new byte[16_384];
            for (int read; answer.Length < MaxAnswer && (read = await stream.ReadAsync(buffer, limit.Token)) > 0;)
                answer.Write(buffer, 0, read);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // The server may close the connection.
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }

    [GeneratedRegex(@"^HTTP/1\.1 (\d\d\d) ")]
    private static partial Regex Status();
}
