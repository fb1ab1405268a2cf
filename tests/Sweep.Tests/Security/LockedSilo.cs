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

/// <summary>Two silos with certificates in the process of the tests, and whoever knocks at their ports.</summary>
public sealed class LockedSilo(PostgresServer server) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public TestCertificates Certificates { get; } = new();

    /// <summary>Of an authority that is not the cluster's.</summary>
    public TestCertificates Others { get; } = new();

    public TestSilo Silo { get; private set; } = null!;

    public TestSilo Second { get; private set; } = null!;

    /// <summary>The first silo's.</summary>
    internal SiloMeasurements Measurements { get; private set; } = null!;

    /// <summary>The first silo's.</summary>
    public string Folder { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Folder = Certificates.Issue(CertificateRole.Silo);
        Silo = await TestSilo.StartAsync(server, new SimulatedTrainers(), change: options => options.Certificates = Folder);
        Measurements = new(Silo.Meters);
        Second = await TestSilo.StartAsync(
            server, new SimulatedTrainers(), connectionString: Silo.ConnectionString, change: options => options.Certificates = Certificates.Issue(CertificateRole.Silo));
    }

    public async ValueTask DisposeAsync()
    {
        Measurements.Dispose();
        await Second.DisposeAsync();
        await Silo.DisposeAsync();
        Certificates.Dispose();
        Others.Dispose();
    }

    /// <summary>Connects with what a folder holds, or with nothing, and trusts whoever answers.</summary>
    /// <returns>The certificate of the silo if it lets us in, which it says with a first byte; null if it does not.</returns>
    public static async Task<X509Certificate2?> KnockAsync(int port, string? folder, SslProtocols protocols = SslProtocols.Tls12 | SslProtocols.Tls13)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        await using var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
        using var own = folder is null ? null : X509Certificate2.CreateFromPemFile(Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key"));
        using var limit = new CancellationTokenSource(Patience);
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
    /// <returns>How many bytes it answered.</returns>
    public static async Task<int> SendPlainAsync(int port, byte[] bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        using var limit = new CancellationTokenSource(Patience);
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
