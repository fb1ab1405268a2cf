using System.Net;
using System.Net.Sockets;

namespace Sweep.Silo.Hosting;

internal static class FreePort
{
    /// <summary>The port itself, or one that is free now where it is 0: Orleans publishes its ports before it listens, so the system cannot choose them.</summary>
    public static int Choose(int port)
    {
        if (port != 0)
            return port;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
