using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Configuration;
using Orleans.Serialization;
using Sweep.Client.Errors;
using Sweep.Security;

namespace Sweep.Client.Clusters;

/// <summary>An Orleans client that finds the silos through the membership table. The only file that loads Orleans.</summary>
internal sealed class GrainConnection : IAsyncDisposable
{
    private const string ClusterName = "sweep";
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(50);

    private readonly IHost _host;

    private GrainConnection(IHost host) => _host = host;

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <param name="certificates">Folder of the client's certificates; null for none.</param>
    /// <param name="silo">The start of the silo that is to answer, which need not be over; the limit counts from its end.</param>
    /// <exception cref="ClusterUnreachableException">No silo answers within the limit, or none is to be trusted or trusts us.</exception>
    /// <exception cref="CertificateException">The certificates cannot be used.</exception>
    public static async Task<GrainConnection> OpenAsync(NpgsqlDataSource source, string? certificates, Task silo, CancellationToken cancellation)
    {
        string? refusal = null;
        Exception? last = null;
        void Refused(System.Net.EndPoint? silo, string reason) => refusal = $"{silo} was not connected: {reason}";
        var secure = certificates is null ? PlainMiddleware.Dial("client", Refused) : new TlsMiddleware(CertificateFolder.Open(certificates, CertificateRole.Client, CertificateRole.Silo), Refused).Dial();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client => client
            .UseAdoNetClustering(options => (options.Invariant, options.DataSource) = ("Npgsql", source))
            .UseConnectionRetryFilter(async (error, token) =>
            {
                last = error;
                // A silo that starts needs the processor that asking for it would take.
                await Task.WhenAny(silo.IsCompleted ? Task.Delay(RetryPause, token) : silo, Task.Delay(Timeout.Infinite, token));
                token.ThrowIfCancellationRequested();
                // Certificates do not get better by asking again.
                return refusal is null;
            })
            // What the database says to a grain is told to the user as what it says to this program.
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
            // It is the database that refuses: how many silos live is not known.
            if (reason?.GetBaseException() is PostgresException refused)
                throw refused;
            throw new ClusterUnreachableException(
                $"No silo answered within {ConnectLimit.TotalSeconds:0} s{(reason is null ? "" : $" ({reason.GetBaseException().Message.TrimEnd('.')})")}" +
                // A silo that ends a connection at once is there, and wants something else.
                (certificates is null && reason?.GetBaseException() is InvalidOperationException
                    ? $": one ended the connection at once. If it was started with certificates, so must be this command. {PlainMiddleware.Advice("client")}"
                    : ": the database is there, but no silo works on it. Start one with SWEEP_POSTGRES set to the same database; `sweep workers` lists those that live."));
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
            // The silos may be gone already; what was asked of them has been answered.
        }

        _host.Dispose();
    }
}
