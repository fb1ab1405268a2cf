using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Sweep.Security;
using Sweep.Tests.Cluster;

namespace Sweep.Tests.Security;

/// <summary>Connects the accepting and the dialing end of a connection in one process, over pipes.</summary>
public sealed class TlsMiddlewareTests : IDisposable
{
    private readonly TestCertificates _certificates = new();
    private readonly TestCertificates _others = new();
    private string? _accepting;
    private string? _dialing;
    private bool _heard;

    [Theory]
    [InlineData(CertificateRole.Silo)]
    [InlineData(CertificateRole.Client)]
    public async Task Two_ends_with_certificates_of_one_authority_connect(CertificateRole dialing)
    {
        await MeetAsync(
            _certificates.Issue(CertificateRole.Silo), _certificates.Issue(dialing), CertificateRole.Silo, CertificateRole.Client);
        Assert.Equal((null, null, true), (_accepting, _dialing, _heard));
    }

    [Fact]
    public async Task The_port_of_silos_refuses_the_certificate_of_a_client()
    {
        await MeetAsync(_certificates.Issue(CertificateRole.Silo), _certificates.Issue(CertificateRole.Client), CertificateRole.Silo);
        Assert.Equal(("its certificate is for client.sweep; expected silo.sweep", false), (_accepting, _heard));
        Assert.Equal("it does not take the certificate of this end; its log says why", _dialing);
    }

    [Fact]
    public async Task A_client_that_poses_as_a_silo_is_refused()
    {
        await MeetAsync(_certificates.Issue(CertificateRole.Client), _certificates.Issue(CertificateRole.Silo), CertificateRole.Silo);
        Assert.Equal(("its certificate is not made for this end of a connection", false), (_dialing, _heard));
    }

    [Fact]
    public async Task A_database_that_poses_as_a_silo_is_refused()
    {
        var folder = _certificates.Issue(CertificateRole.Postgres, hosts: ["db.example"]);
        using var database = X509Certificate2.CreateFromPemFile(Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key"));
        await MeetAsync(
            async connection =>
            {
                await using var stream = new SslStream(new DuplexStream(connection.Transport));
                await stream.AuthenticateAsServerAsync(database);
                _heard = await stream.ReadAtLeastAsync(new byte[5], 5, throwOnEndOfStream: false) > 0;
            },
            _certificates.Issue(CertificateRole.Silo));
        Assert.Equal(("its certificate is for db.example; expected silo.sweep", false), (_dialing, _heard));
    }

    [Fact]
    public async Task A_silo_of_another_authority_is_refused()
    {
        await MeetAsync(_others.Issue(CertificateRole.Silo), _certificates.Issue(CertificateRole.Client), CertificateRole.Client);
        Assert.Equal(("its certificate is of another authority than ca.crt", false), (_dialing, _heard));
    }

    [Fact]
    public async Task Both_authorities_are_trusted_while_one_replaces_the_other()
    {
        var (silo, client) = (_others.Issue(CertificateRole.Silo), _certificates.Issue(CertificateRole.Client));
        foreach (var folder in new[] { silo, client })
            await File.WriteAllTextAsync(
                Path.Combine(folder, "ca.crt"),
                File.ReadAllText(Path.Combine(_others.AuthorityFolder, "ca.crt"))
                    + File.ReadAllText(Path.Combine(_certificates.AuthorityFolder, "ca.crt")),
                TestContext.Current.CancellationToken);
        await MeetAsync(silo, client, CertificateRole.Client);
        Assert.Equal((null, null, true), (_accepting, _dialing, _heard));
    }

    [Fact]
    public async Task A_connection_that_does_not_finish_the_handshake_is_closed()
    {
        var (one, other) = (new Pipe(), new Pipe());
        var middleware = new TlsMiddleware(
            Open(_certificates.Issue(CertificateRole.Silo)), (_, reason) => _accepting = reason, TimeSpan.FromMilliseconds(100));
        await RunAsync(middleware.Accept(CertificateRole.Silo)(Listen), new(one.Reader, other.Writer))
            .WaitAsync(Poll.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(("it did not finish the handshake within 0.1 s", false), (_accepting, _heard));
        await Assert.ThrowsAsync<TimeoutException>(() => RunAsync(
            new TlsMiddleware(Open(_certificates.Issue(CertificateRole.Silo)), (_, _) => { }, TimeSpan.FromMilliseconds(100))
                .Dial()(Listen),
            new(new Pipe().Reader, new Pipe().Writer)));
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("10.0.0.7", false)]
    [InlineData("::ffff:10.0.0.7", false)]
    public async Task Without_certificates_no_connection_to_another_machine_is_opened(string address, bool talks)
    {
        var dial = PlainMiddleware.Dial("client", (_, reason) => _dialing = reason)(_ =>
        {
            _heard = true;
            return Task.CompletedTask;
        });
        var connection = new DefaultConnectionContext { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 30000) };
        if (talks)
            await dial(connection);
        else
            await Assert.ThrowsAsync<AuthenticationException>(() => dial(connection));
        Assert.Equal(talks, _heard);
        Assert.Equal(talks, _dialing is null);
        if (!talks)
            Assert.Matches("`sweep certs init AUTHORITY` and `sweep certs issue AUTHORITY --for client --out FOLDER`", _dialing);
    }

    public void Dispose()
    {
        _certificates.Dispose();
        _others.Dispose();
    }

    /// <summary>Lets one end accept and the other one dial. They exchange words only if each accepts the other's certificate.</summary>
    private Task MeetAsync(string accepting, string dialing, params CertificateRole[] welcome) =>
        MeetAsync(new TlsMiddleware(Open(accepting), (_, reason) => _accepting = reason).Accept(welcome)(Listen), dialing);

    private async Task MeetAsync(ConnectionDelegate accepting, string dialing)
    {
        var (one, other) = (new Pipe(), new Pipe());
        var accept = RunAsync(accepting, new(one.Reader, other.Writer));
        var dial = RunAsync(
            new TlsMiddleware(Open(dialing), (_, reason) => _dialing = reason).Dial()(Speak), new(other.Reader, one.Writer));
        await Task.WhenAll(accept, dial).WaitAsync(Poll.Patience, TestContext.Current.CancellationToken);
    }

    private async Task Listen(ConnectionContext connection)
    {
        var word = await connection.Transport.Input.ReadAtLeastAsync(5, TestContext.Current.CancellationToken);
        _heard = word.Buffer.FirstSpan.SequenceEqual("hello"u8);
        connection.Transport.Input.AdvanceTo(word.Buffer.End);
        await connection.Transport.Output.WriteAsync("bye"u8.ToArray(), TestContext.Current.CancellationToken);
    }

    private static async Task Speak(ConnectionContext connection)
    {
        await connection.Transport.Output.WriteAsync("hello"u8.ToArray(), TestContext.Current.CancellationToken);
        var answer = await connection.Transport.Input.ReadAtLeastAsync(3, TestContext.Current.CancellationToken);
        connection.Transport.Input.AdvanceTo(answer.Buffer.End);
    }

    /// <summary>Runs one end and closes its pipes afterwards, as the owner of a connection does.</summary>
    private static async Task RunAsync(ConnectionDelegate end, Pipes transport)
    {
        try
        {
            await end(new DefaultConnectionContext("test", transport, transport));
        }
        catch (AuthenticationException)
        {
        }
        finally
        {
            await transport.Input.CompleteAsync();
            await transport.Output.CompleteAsync();
        }
    }

    private static CertificateFolder Open(string folder) => CertificateFolder.Open(folder, [.. AnyRole(folder)]);

    /// <summary>Returns the roles of the folder's own certificate, since an attacker's program does not check the role.</summary>
    private static IEnumerable<CertificateRole> AnyRole(string folder)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "tls.crt"));
        return Enum.GetValues<CertificateRole>().Where(certificate.Is).ToList();
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
