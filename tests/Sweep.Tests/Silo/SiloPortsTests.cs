using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Sweep.Silo.Hosting;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Silo;

public sealed class SiloPortsTests(PostgresServer server)
{
    [Theory]
    [InlineData("silo-port")]
    [InlineData("gateway-port")]
    [InlineData("http-port")]
    public void A_port_that_another_program_uses_is_refused(string option)
    {
        using var other = Listener();
        var message = Assert.Throws<PortTakenException>(() => SiloPorts.Take(Options(option, PortOf(other)))).Message;
        Assert.StartsWith($"{option}: found {PortOf(other)}, where another program", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Two_options_that_name_one_port_are_refused()
    {
        var port = FreePort();
        Assert.StartsWith(
            $"gateway-port: found {port}, ",
            Assert.Throws<PortTakenException>(() => SiloPorts.Take(new() { SiloPort = port, GatewayPort = port })).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("203.0.113.7", "127.0.0.1", "address: found 203.0.113.7, where this machine cannot listen")]
    [InlineData("127.0.0.1", "203.0.113.7", "http-address: found 203.0.113.7, where this machine cannot listen")]
    public void An_address_of_another_machine_is_refused(string address, string http, string message) =>
        Assert.StartsWith(
            message, Assert.Throws<ValidationException>(() => SiloPorts.Take(new() { Address = address, HttpAddress = http })).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_free_port_is_held_for_the_silo_alone_until_it_listens()
    {
        using var ports = SiloPorts.Take(new());
        Assert.Equal(3, new[] { ports.Silo.Port, ports.Gateway.Port, ports.Http.Port }.Distinct().Count());
        foreach (var endpoint in new[] { ports.Silo, ports.Gateway, ports.Http })
        {
            using var silo = new TcpListener(endpoint);
            silo.Start();
            using var other = new TcpListener(endpoint);
            Assert.Throws<SocketException>(() => other.Start());
        }
    }

    [Fact]
    public async Task A_silo_whose_port_is_taken_never_joins_the_cluster()
    {
        using var other = Listener();
        var database = await server.NewDatabaseAsync();
        using var silo = SiloRun.Start(database, ["--silo-port", $"{PortOf(other)}"]);
        await silo.RefusesAsync(
            3,
            $"silo-port: found {PortOf(other)}, where another program, or another port of this silo, listens on 127.0.0.1; "
                + "write another port, or 0 for a free one.");
        await using var source = NpgsqlDataSource.Create(database);
        await using var tables = source.CreateCommand("select to_regclass('orleans_members') is null");
        Assert.Equal(true, await tables.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    private static SweepSiloOptions Options(string option, int port) => option switch
    {
        "silo-port" => new() { SiloPort = port },
        "gateway-port" => new() { GatewayPort = port },
        _ => new() { HttpPort = port },
    };

    private static TcpListener Listener()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static int FreePort()
    {
        using var listener = Listener();
        return PortOf(listener);
    }
}
