using Microsoft.AspNetCore.Connections;
using Orleans.Configuration;
using Sweep.Security;
using Sweep.Silo.Monitoring;

namespace Sweep.Silo.Hosting;

/// <summary>
/// Sets up the connections of a silo: with certificates they use TLS, and without certificates they never leave this machine.
/// </summary>
internal static class SiloConnections
{
    public static void Configure(ISiloBuilder silo, CertificateFolder? certificates)
    {
        silo.Services.AddSingleton<RefusedConnections>();
        if (certificates is null)
        {
            silo.Configure<SiloConnectionOptions>(connections => connections.ConfigureSiloOutboundConnection(
                connection => connection.Use(PlainMiddleware.Dial("silo", (_, _) => { }))));
            return;
        }

        silo.Services.AddSingleton(certificates).AddHostedService<CertificateWatch>();
        silo.Services.AddSingleton(provider => new TlsMiddleware(certificates, provider.GetRequiredService<RefusedConnections>().Add));
        silo.Configure<SiloConnectionOptions>(connections =>
        {
            connections.ConfigureSiloOutboundConnection(connection => connection.Use(Tls(connection).Dial()));
            connections.ConfigureSiloInboundConnection(connection => connection.Use(Tls(connection).Accept(CertificateRole.Silo)));
            connections.ConfigureGatewayInboundConnection(
                connection => connection.Use(Tls(connection).Accept(CertificateRole.Client, CertificateRole.Silo)));
        });
    }

    private static TlsMiddleware Tls(IConnectionBuilder connection) => connection.ApplicationServices.GetRequiredService<TlsMiddleware>();
}
