using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;

namespace Sweep.Security;

/// <summary>
/// Runs connections of silos and clients over TLS 1.3 or 1.2. Before the first byte of a message is read, each end must show a certificate
/// of the cluster's own authority with the name of its role.
/// </summary>
/// <param name="refused">Called with the address and the reason when the other end is not trusted, or does not trust this end.</param>
/// <param name="handshakeLimit">How long a handshake may take. Default: 5 s, which is as long as Orleans waits for a connection.</param>
public sealed class TlsMiddleware(CertificateFolder folder, Action<EndPoint?, string> refused, TimeSpan? handshakeLimit = null)
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    // The size of the largest record of TLS, in bytes.
    private const int RecordSize = 16 * 1024;

    private readonly TimeSpan _limit = handshakeLimit ?? TimeSpan.FromSeconds(5);

    /// <summary>Wraps the connections that this process accepts.</summary>
    /// <param name="welcome">The roles that are accepted.</param>
    public Func<ConnectionDelegate, ConnectionDelegate> Accept(params CertificateRole[] welcome) => next => async connection =>
    {
        var (plain, stream, complaint) = Open(connection);
        await using (stream)
        {
            try
            {
                using var limit = new CancellationTokenSource(_limit);
                var certificates = folder.Current;
                await stream.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions
                    {
                        ServerCertificateContext = certificates.Own,
                        ClientCertificateRequired = true,
                        CertificateChainPolicy = certificates.Policy(accepts: false),
                        RemoteCertificateValidationCallback = Judge(welcome, complaint),
                        EnabledSslProtocols = Protocols,
                        AllowRenegotiation = false,
                        // The other end of a resumed session would not show its certificate again.
                        AllowTlsResume = false,
                    },
                    limit.Token);
                // In TLS 1.3 the end of the handshake does not tell the other end whether its certificate was accepted, so a byte is sent.
                await stream.WriteAsync(Welcome, limit.Token);
            }
            catch (Exception error) when (error is AuthenticationException or IOException or OperationCanceledException
                or InvalidOperationException or CryptographicException or PlatformNotSupportedException)
            {
                refused(connection.RemoteEndPoint, complaint.Text ?? Explain(error));
                connection.Abort();
                return;
            }

            await RunAsync(connection, plain, stream, next);
        }
    };

    /// <summary>Wraps the connections that this process opens, which all lead to silos.</summary>
    /// <returns>
    /// A delegate that throws an <see cref="AuthenticationException"/> when the other end is no silo of the cluster or does not accept this
    /// end's certificate.
    /// </returns>
    public Func<ConnectionDelegate, ConnectionDelegate> Dial() => next => async connection =>
    {
        var (plain, stream, complaint) = Open(connection);
        await using (stream)
        {
            try
            {
                using var limit = new CancellationTokenSource(_limit);
                var certificates = folder.Current;
                await stream.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions
                    {
                        TargetHost = CertificateRole.Silo.Name(),
                        ClientCertificateContext = certificates.Own,
                        CertificateChainPolicy = certificates.Policy(accepts: true),
                        RemoteCertificateValidationCallback = Judge([CertificateRole.Silo], complaint),
                        EnabledSslProtocols = Protocols,
                        AllowRenegotiation = false,
                        AllowTlsResume = false,
                    },
                    limit.Token);
                await stream.ReadExactlyAsync(new byte[Welcome.Length], limit.Token);
            }
            catch (OperationCanceledException)
            {
                connection.Abort();
                throw new TimeoutException($"{connection.RemoteEndPoint} did not finish the handshake within {_limit.TotalSeconds:0.#} s.");
            }
            catch (Exception error) when (error is AuthenticationException or IOException or InvalidOperationException
                or CryptographicException or PlatformNotSupportedException)
            {
                connection.Abort();
                var reason = complaint.Text
                    ?? (stream.IsAuthenticated ? "it does not take the certificate of this end; its log says why" : null);
                // Other ends of a handshake are not reported as refused, since they may be temporary, for example when a silo stops.
                if (reason is not null)
                    refused(connection.RemoteEndPoint, reason);
                throw new AuthenticationException(
                    $"{connection.RemoteEndPoint}: {reason ?? $"{Explain(error)}; was it started without certificates?"}");
            }

            await RunAsync(connection, plain, stream, next);
        }
    };

    private static byte[] Welcome { get; } = [1];

    private static (IDuplexPipe Plain, SslStream Stream, Complaint Complaint) Open(ConnectionContext connection) =>
        (connection.Transport, new SslStream(new DuplexStream(connection.Transport)), new());

    private static RemoteCertificateValidationCallback Judge(CertificateRole[] welcome, Complaint complaint) =>
        (_, certificate, chain, errors) =>
            (complaint.Text = Certificates.Complaint(certificate, chain, errors, welcome)) is null;

    private static async Task RunAsync(ConnectionContext connection, IDuplexPipe plain, SslStream stream, ConnectionDelegate next)
    {
        connection.Transport = new Pipes(
            PipeReader.Create(stream, new(bufferSize: RecordSize, leaveOpen: true)),
            PipeWriter.Create(stream, new(minimumBufferSize: RecordSize, leaveOpen: true)));
        try
        {
            await next(connection);
        }
        finally
        {
            // The code that closes the connection expects the original pipes.
            connection.Transport = plain;
        }
    }

    private string Explain(Exception error) => error switch
    {
        OperationCanceledException => $"it did not finish the handshake within {_limit.TotalSeconds:0.#} s",
        IOException => "it ended the connection during the handshake",
        _ => error.GetBaseException().Message.TrimEnd('.'),
    };

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Complaint
    {
        public string? Text { get; set; }
    }
}
