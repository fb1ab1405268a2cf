using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Configuration;
using Orleans.Serialization;
using Sweep.Client.Errors;
using Sweep.Security;

namespace Sweep.Client.Clusters;

/// <summary>
/// An Orleans client that finds the silos through the membership table. Only this file loads Orleans, so that commands that need no silo
/// start fast.
/// </summary>
internal sealed class GrainConnection : IAsyncDisposable
{
    private const string ClusterName = "sweep";
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(50);

    private readonly IHost _host;

    private GrainConnection(IHost host) => _host = host;

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <param name="certificates">The folder of the client's certificates; null for none.</param>
    /// <param name="silo">
    /// The start of the silo that should answer. It may still go on; the limit for an answer counts from its end.
    /// </param>
    /// <exception cref="ClusterUnreachableException">
    /// No silo answers within the limit, or a silo and this client do not trust each other's certificates.
    /// </exception>
    /// <exception cref="CertificateException">The certificates cannot be used.</exception>
    public static async Task<GrainConnection> OpenAsync(
        NpgsqlDataSource source, string? certificates, Task silo, CancellationToken cancellation)
    {
        string? refusal = null;
        Exception? last = null;
        void Refused(System.Net.EndPoint? silo, string reason) => refusal = $"{silo} was not connected: {reason}";
        var secure = certificates is null
            ? PlainMiddleware.Dial("client", Refused)
            : new TlsMiddleware(CertificateFolder.Open(certificates, CertificateRole.Client, CertificateRole.Silo), Refused).Dial();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client => client
            .UseAdoNetClustering(options => (options.Invariant, options.DataSource) = ("Npgsql", source))
            .UseConnectionRetryFilter(async (error, token) =>
            {
                last = error;
                // Retries while the silo starts would take processor time away from it.
                await Task.WhenAny(silo.IsCompleted ? Task.Delay(RetryPause, token) : silo, Task.Delay(Timeout.Infinite, token));
                token.ThrowIfCancellationRequested();
                // A retry cannot help when certificates were refused.
                return refusal is null;
            })
            // A grain's PostgreSQL error arrives here with its own type, so that users read the same message as for an error of our own.
            .Configure<ExceptionSerializationOptions>(exceptions => exceptions.SupportedNamespacePrefixes.Add("Npgsql"))
            .Configure<ClientConnectionOptions>(options => options.ConfigureConnection(connection => connection.Use(secure)))
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (ClusterName, ClusterName))
            .Configure<ClientMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(30))
            .Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = TimeSpan.FromSeconds(5)));
        var host = builder.Build();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            var connecting = host.StartAsync(limit.Token);
            await Task.WhenAny(connecting, silo);
            limit.CancelAfter(silo.IsFaulted || silo.IsCanceled ? TimeSpan.Zero : ConnectLimit);
            await connecting;
            return new(host);
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            host.Dispose();
            if (refusal is not null)
                throw new ClusterUnreachableException(refusal.EndsWith('.') ? refusal : refusal + ".");
            var reason = error is OperationCanceledException ? last : error;
            // The database refused the connection, so the client does not know whether a silo is alive.
            if (reason?.GetBaseException() is PostgresException refused)
                throw refused;
            throw new ClusterUnreachableException(
                $"No silo answered within {ConnectLimit.TotalSeconds:0} s" +
                (reason is null ? "" : $" ({reason.GetBaseException().Message.TrimEnd('.')})") +
                // A silo that ends a connection at once is alive, and probably expects a certificate.
                (certificates is null && reason?.GetBaseException() is InvalidOperationException
                    ? ": one ended the connection at once. If it was started with certificates, so must be this command. " +
                        PlainMiddleware.Advice("client")
                    : ": the database is there, but no silo works on it. " +
                        "Start one with SWEEP_POSTGRES set to the same database; `sweep workers` lists those that live."));
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _host.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(5));
        }
        catch (Exception)
        {
            // The silos may have ended already. This does no harm, since every request has been answered by now.
        }

        _host.Dispose();
    }
}
