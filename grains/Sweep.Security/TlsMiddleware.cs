using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;

namespace Sweep.Security;

/// <summary>
/// Runs connections of silos and clients over TLS 1.3 or 1.2. Each end shows a certificate, of the cluster's own authority and with the name of its role, before
/// the first byte of a message is read.
/// </summary>
/// <param name="refused">Hears who was not let in, or is not trusted, or does not trust this end, and why.</param>
/// <param name="handshakeLimit">How long a handshake may take; 5 s, as long as Orleans waits for a connection, unless given.</param>
public sealed class TlsMiddleware(CertificateFolder folder, Action<EndPoint?, string> refused, TimeSpan? handshakeLimit = null)
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    // As much as one record of TLS holds.
    private const int RecordSize = 16 * 1024;

    private readonly TimeSpan _limit = handshakeLimit ?? TimeSpan.FromSeconds(5);

    /// <summary>For connections that this process accepts.</summary>
    /// <param name="welcome">Whom it lets in.</param>
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
                        // A session that goes on would not show a certificate again.
                        AllowTlsResume = false,
                    },
                    limit.Token);
                // In TLS 1.3 the other end cannot tell from the handshake whether its certificate was good enough.
                await stream.WriteAsync(Welcome, limit.Token);
            }
            catch (Exception error) when (error is AuthenticationException or IOException or OperationCanceledException or InvalidOperationException or CryptographicException or PlatformNotSupportedException)
            {
                refused(connection.RemoteEndPoint, complaint.Text ?? Explain(error));
                connection.Abort();
                return;
            }

            await RunAsync(connection, plain, stream, next);
        }
    };

    /// <summary>For connections that this process opens, which are all to silos.</summary>
    /// <returns>A delegate that throws an <see cref="AuthenticationException"/> where the other end is no silo of the cluster or does not take this one.</returns>
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
            catch (Exception error) when (error is AuthenticationException or IOException or InvalidOperationException or CryptographicException or PlatformNotSupportedException)
            {
                connection.Abort();
                var reason = complaint.Text ?? (stream.IsAuthenticated ? "it does not take the certificate of this end; its log says why" : null);
                // What else ends a handshake may pass: a silo that stops.
                if (reason is not null)
                    refused(connection.RemoteEndPoint, reason);
                throw new AuthenticationException($"{connection.RemoteEndPoint}: {reason ?? $"{Explain(error)}; was it started without certificates?"}");
            }

            await RunAsync(connection, plain, stream, next);
        }
    };

    private static byte[] Welcome { get; } = [1];

    private static (IDuplexPipe Plain, SslStream Stream, Complaint Complaint) Open(ConnectionContext connection) =>
        (connection.Transport, new SslStream(new DuplexStream(connection.Transport)), new());

    private static RemoteCertificateValidationCallback Judge(CertificateRole[] welcome, Complaint complaint) => (_, certificate, chain, errors) =>
        (complaint.Text = Certificates.Complaint(certificate, chain, errors, welcome)) is null;

    private static async Task RunAsync(ConnectionContext connection, IDuplexPipe plain, SslStream stream, ConnectionDelegate next)
    {
        connection.Transport = new Pipes(
            PipeReader.Create(stream, new(bufferSize: RecordSize, leaveOpen: true)), PipeWriter.Create(stream, new(minimumBufferSize: RecordSize, leaveOpen: true)));
        try
        {
            await next(connection);
        }
        finally
        {
            // What closes the connection knows only its own pipes.
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
