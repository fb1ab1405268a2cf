using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Sweep.Security;
using Sweep.Simulation;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Security;

/// <summary>Two silos with certificates in the tests' process, and the connections that attackers and clients open to them.</summary>
public sealed class LockedSilo(PostgresServer server) : IAsyncLifetime
{
    public TestCertificates Certificates { get; } = new();

    /// <summary>Certificates of an authority that is not the cluster's.</summary>
    public TestCertificates Others { get; } = new();

    public TestSilo Silo { get; private set; } = null!;

    public TestSilo Second { get; private set; } = null!;

    /// <summary>The measurements of the first silo.</summary>
    internal SiloMeasurements Measurements { get; private set; } = null!;

    /// <summary>The folder of the first silo's certificate.</summary>
    public string Folder { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Folder = Certificates.Issue(CertificateRole.Silo);
        Silo = await TestSilo.StartAsync(server, new SimulatedTrainers(), change: options => options.Certificates = Folder);
        Measurements = new(Silo.Meters);
        Second = await TestSilo.StartAsync(
            server, new SimulatedTrainers(), connectionString: Silo.ConnectionString,
            change: options => options.Certificates = Certificates.Issue(CertificateRole.Silo));
    }

    public async ValueTask DisposeAsync()
    {
        Measurements.Dispose();
        await Second.DisposeAsync();
        await Silo.DisposeAsync();
        Certificates.Dispose();
        Others.Dispose();
    }

    /// <summary>Connects with the certificate of a folder, or with none, and accepts any certificate of the silo.</summary>
    /// <returns>The silo's certificate if it lets the client in, which its first byte shows; null if it does not.</returns>
    public static async Task<X509Certificate2?> ConnectAsync(
        int port, string? folder, SslProtocols protocols = SslProtocols.Tls12 | SslProtocols.Tls13)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        await using var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
        using var own = folder is null
            ? null
            : X509Certificate2.CreateFromPemFile(Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key"));
        using var limit = new CancellationTokenSource(Poll.Patience);
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "silo.sweep",
                    EnabledSslProtocols = protocols,
                    ClientCertificateContext = own is null ? null : SslStreamCertificateContext.Create(own, null, offline: true),
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                },
                limit.Token);
            return await stream.ReadAsync(new byte[1], limit.Token) == 1 ? (X509Certificate2)stream.RemoteCertificate! : null;
        }
        catch (Exception error) when (error is AuthenticationException or IOException)
        {
            return null;
        }
    }

    /// <summary>Sends these bytes in plain text and waits until the silo ends the connection.</summary>
    /// <returns>The number of bytes that the silo sent.</returns>
    public static async Task<int> SendPlainAsync(int port, byte[] bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        using var limit = new CancellationTokenSource(Poll.Patience);
        var answered = 0;
        try
        {
            await stream.WriteAsync(bytes, limit.Token);
            var buffer = new byte[1024];
            while (await stream.ReadAsync(buffer, limit.Token) is > 0 and var count)
                answered += count;
        }
        catch (IOException)
        {
        }

        return answered;
    }
}
