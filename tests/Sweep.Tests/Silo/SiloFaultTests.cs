using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Npgsql;
using Sweep.Silo.Hosting;

namespace Sweep.Tests.Silo;

public sealed class SiloFaultTests
{
    public static TheoryData<Exception, int, string> Faults => new()
    {
        {
            new InvalidOperationException("outer", new AddressInUseException("taken")), 3,
            "silo-port, gateway-port, http-port: another program took one of them"
        },
        {
            new IOException("outer", new SocketException((int)SocketError.AddressAlreadyInUse)), 3,
            "silo-port, gateway-port, http-port: another program took one of them"
        },
        {
            new InvalidOperationException("outer", new NpgsqlException("first line\nsecond line")), 3,
            "postgres: the cluster's database went away while the silo joined: first line second line."
        },
        {
            new InvalidOperationException("first line\nsecond line."), 5,
            "silo: it cannot start: InvalidOperationException: first line second line."
        },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void A_failed_start_is_reported_in_one_line(Exception error, int exitCode, string line)
    {
        var fault = SiloFault.Of(error);
        Assert.Equal(exitCode, fault.ExitCode);
        Assert.StartsWith(line, fault.Line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Line);
    }
}
