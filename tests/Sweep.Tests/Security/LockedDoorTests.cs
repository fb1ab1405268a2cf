using System.Security.Authentication;
using Sweep.Client.Clusters;
using Sweep.Client.Commands;
using Sweep.Client.Errors;
using Sweep.Contracts;
using Sweep.Security;
using Sweep.Simulation;
using Sweep.Storage.Connections;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Security;

/// <summary>Attacks the ports of real silos, and tries the connections that they must let in.</summary>
[Collection("silos")]
public sealed class LockedDoorTests(LockedSilo locked, PostgresServer server) : IClassFixture<LockedSilo>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IEnumerable<int> Ports => [locked.Silo.SiloPort, locked.Silo.GatewayPort];

    [Fact]
    public async Task A_sweep_runs_on_silos_that_use_TLS()
    {
        var id = await locked.Silo.SubmitAsync(SimulatedSweep.Spec("locked", locked.Silo.Dataset, trials: 8));
        Assert.Equal(8, (await locked.Silo.EndAsync(id)).Succeeded);
        Assert.Equal([2L], await locked.Silo.QueryAsync<long>("select count(distinct worker) from trial_events where worker is not null"));
    }

    [Fact]
    public async Task A_client_with_a_certificate_is_answered()
    {
        foreach (var role in new[] { CertificateRole.Client, CertificateRole.Silo })
        {
            await using var source = Database.Open(locked.Silo.ConnectionString);
            await using var connection = await GrainConnection.OpenAsync(
                source, locked.Certificates.Issue(role), Task.CompletedTask, Cancellation);
            Assert.False((await connection.Grains.GetGrain<IClusterGrain>(0).Drain("nobody")).Accepted);
        }
    }

    [Fact]
    public async Task The_port_of_silos_admits_only_silos_and_the_gateway_also_clients()
    {
        Assert.NotNull(await LockedSilo.ConnectAsync(locked.Silo.SiloPort, locked.Certificates.Issue(CertificateRole.Silo)));
        Assert.NotNull(await LockedSilo.ConnectAsync(locked.Silo.GatewayPort, locked.Certificates.Issue(CertificateRole.Silo)));
        Assert.NotNull(await LockedSilo.ConnectAsync(locked.Silo.GatewayPort, locked.Certificates.Issue(CertificateRole.Client)));
        Assert.Null(await LockedSilo.ConnectAsync(locked.Silo.SiloPort, locked.Certificates.Issue(CertificateRole.Client)));
    }

    [Fact]
    public async Task No_connection_is_admitted_without_a_valid_certificate()
    {
        string?[] bad =
        [
            null,
            locked.Others.Issue(CertificateRole.Silo),
            locked.Others.Issue(CertificateRole.Client),
            locked.Certificates.IssueDamaged(),
            locked.Certificates.IssueExpired(CertificateRole.Silo),
            locked.Certificates.IssueExpired(CertificateRole.Client),
            locked.Certificates.Issue(CertificateRole.Silo, age: TimeSpan.FromDays(-2)),
            locked.Certificates.Issue(CertificateRole.Postgres, hosts: ["db.example"]),
        ];
        foreach (var port in Ports)
        {
            foreach (var folder in bad)
                Assert.True(await LockedSilo.ConnectAsync(port, folder) is null, $"port {port} let in {folder ?? "nothing"}");
        }

        await Poll.UntilAsync(
            () => Task.FromResult(locked.Measurements.Read("sweep.connections.refused") >= bad.Length * 2),
            $"{bad.Length * 2} to be counted",
            () => locked.Measurements.Read("sweep.connections.refused"));
    }

    [Fact]
    public async Task Older_versions_of_TLS_are_refused()
    {
        var silo = locked.Certificates.Issue(CertificateRole.Silo);
        Assert.NotNull(await LockedSilo.ConnectAsync(locked.Silo.SiloPort, silo, SslProtocols.Tls12));
        Assert.NotNull(await LockedSilo.ConnectAsync(locked.Silo.SiloPort, silo, SslProtocols.Tls13));
#pragma warning disable SYSLIB0039 // The test offers the old version on purpose.
        Assert.Null(await LockedSilo.ConnectAsync(locked.Silo.SiloPort, silo, SslProtocols.Tls11));
#pragma warning restore SYSLIB0039
    }

    [Fact]
    public async Task A_connection_that_sends_plain_bytes_is_closed()
    {
        foreach (var port in Ports)
        {
            Assert.InRange(await LockedSilo.SendPlainAsync(port, "GET / HTTP/1.1\r\n\r\n"u8.ToArray()), 0, 7);
            // These bytes have the form of Orleans' own preamble: a length, followed by that many bytes.
            Assert.InRange(await LockedSilo.SendPlainAsync(port, [40, 0, 0, 0, .. new byte[40]]), 0, 7);
        }

        Assert.Equal("ok", await locked.Silo.Http.GetStringAsync("/healthz", Cancellation));
    }

    [Fact]
    public async Task A_connection_that_sends_nothing_or_half_a_handshake_is_closed()
    {
        byte[][] beginnings = [[], [0x16, 0x03, 0x01, 0x02, 0x00, 0x01]];
        var answered = await Task.WhenAll(Ports.SelectMany(
            port => beginnings.Select(beginning => LockedSilo.SendPlainAsync(port, beginning))));
        Assert.All(answered, count => Assert.InRange(count, 0, 7));
    }

    [Fact]
    public async Task A_renewed_certificate_is_used_without_a_restart()
    {
        var client = locked.Certificates.Issue(CertificateRole.Client);
        var before = await LockedSilo.ConnectAsync(locked.Silo.GatewayPort, client);
        locked.Certificates.Authority.Renew(locked.Folder, TimeSpan.FromDays(30), DateTimeOffset.UtcNow);
        var after = await LockedSilo.ConnectAsync(locked.Silo.GatewayPort, client);
        Assert.NotEqual(before!.SerialNumber, after!.SerialNumber);
        // A renewal that was cut off after the key does no harm.
        File.Copy(Path.Combine(client, "tls.key"), Path.Combine(locked.Folder, "tls.key"), overwrite: true);
        Assert.Equal(after.SerialNumber, (await LockedSilo.ConnectAsync(locked.Silo.GatewayPort, client))!.SerialNumber);
        locked.Certificates.Authority.Renew(locked.Folder, CertificateAuthority.DefaultCertificateLife, DateTimeOffset.UtcNow);
    }

    [Fact]
    public void The_remaining_time_of_the_certificate_is_a_metric()
    {
        Assert.InRange(locked.Measurements.Read("sweep.certificate.remaining") ?? 0, 364 * 86_400, 365 * 86_400);
    }

    [Theory]
    [InlineData("another authority", "is of another authority")]
    [InlineData("expired", "certificates: ")]
    [InlineData("no folder", "certificates: /nowhere/ca.crt: cannot be read")]
    public async Task A_client_gets_one_line_about_the_error_in_its_certificates(string what, string expected)
    {
        var folder = what switch
        {
            "another authority" => locked.Others.Issue(CertificateRole.Client),
            "expired" => locked.Certificates.IssueExpired(CertificateRole.Client),
            _ => "/nowhere",
        };
        await using var source = Database.Open(locked.Silo.ConnectionString);
        var failure = Failure.Of(await Assert.ThrowsAnyAsync<Exception>(
            () => GrainConnection.OpenAsync(source, folder, Task.CompletedTask, Cancellation)));
        Assert.Equal(ExitCode.Unreachable, failure.Code);
        Assert.Contains(expected, failure.Line);
    }

    [Fact]
    public async Task A_client_without_certificates_gets_the_commands_that_make_them_when_the_silos_are_on_another_machine()
    {
        await using var silo = await TestSilo.StartAsync(
            server, new SimulatedTrainers(),
            change: options => (options.Address, options.Certificates) = (
                OwnAddress.Find().ToString(), locked.Certificates.Issue(CertificateRole.Silo)));
        await using var source = Database.Open(silo.ConnectionString);
        var error = await Assert.ThrowsAsync<ClusterUnreachableException>(
            () => GrainConnection.OpenAsync(source, null, Task.CompletedTask, Cancellation));
        Assert.Contains("`sweep certs init AUTHORITY` and `sweep certs issue AUTHORITY --for client --out FOLDER`", error.Message);
        await using var connection = await GrainConnection.OpenAsync(
            source, locked.Certificates.Issue(CertificateRole.Client), Task.CompletedTask, Cancellation);
        Assert.False((await connection.Grains.GetGrain<IClusterGrain>(0).Drain("nobody")).Accepted);
    }
}
