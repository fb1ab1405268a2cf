using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Sweep.Tests.Security;

internal static class OwnAddress
{
    /// <summary>An address of this machine that is no loopback; skips the test where it has none.</summary>
    public static IPAddress Find()
    {
        var address = NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus == OperationalStatus.Up)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
        Assert.SkipWhen(address is null, "this machine has no address besides loopback");
        return address;
    }
}
