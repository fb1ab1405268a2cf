using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Sweep.Tests.Security;

internal static class OwnAddress
{
    /// <summary>Finds an address of this machine that is not a loopback one. Skips the test where there is none.</summary>
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
