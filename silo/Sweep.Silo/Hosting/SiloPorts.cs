using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;

namespace Sweep.Silo.Hosting;

/// <summary>
/// The ports of a silo, bound as soon as it starts. A port of another program is thus noticed before the silo joins the cluster, and no
/// other program can take a free port before the silo listens on it, which happens only after Orleans has published it. The silo itself can
/// still listen, since Linux allows a second socket to bind to a port on which the first one does not listen.
/// </summary>
internal sealed class SiloPorts : IDisposable
{
    private readonly List<Socket> _held = [];

    private SiloPorts(SweepSiloOptions options)
    {
        var address = options.FindAddress();
        var listening = new List<Socket>();
        try
        {
            Silo = Hold("silo-port", new(address, options.SiloPort), listening);
            Gateway = Hold("gateway-port", new(address, options.GatewayPort), listening);
            Http = Hold("http-port", new(options.FindHttpAddress(), options.HttpPort), listening);
        }
        catch
        {
            Dispose();
            throw;
        }
        finally
        {
            listening.ForEach(socket => socket.Dispose());
        }
    }

    public IPEndPoint Silo { get; }

    public IPEndPoint Gateway { get; }

    public IPEndPoint Http { get; }

    /// <exception cref="ValidationException">
    /// An address does not belong to this machine, or this user may not take a port. The message is one line.
    /// </exception>
    /// <exception cref="PortTakenException">Another program listens on one of the ports.</exception>
    public static SiloPorts Take(SweepSiloOptions options) => new(options);

    public void Dispose() => _held.ForEach(socket => socket.Dispose());

    /// <summary>
    /// Binds a socket that stays, and another that listens until all are bound: only listening, not binding, fails when another program
    /// listens on the port or when two options name the same port. The port is not free for a moment between the two.
    /// </summary>
    private IPEndPoint Hold(string option, IPEndPoint endpoint, List<Socket> listening)
    {
        try
        {
            var held = Bound(endpoint, _held);
            var taken = (IPEndPoint)held.LocalEndPoint!;
            Bound(taken, listening).Listen();
            return taken;
        }
        catch (SocketException error)
        {
            throw Explain(option, endpoint, error);
        }
    }

    private static Socket Bound(IPEndPoint endpoint, List<Socket> sockets)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        sockets.Add(socket);
        socket.Bind(endpoint);
        return socket;
    }

    private static Exception Explain(string option, IPEndPoint endpoint, SocketException error)
    {
        var (isHttp, port, address) = (option == "http-port", endpoint.Port, endpoint.Address);
        return error.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => new PortTakenException(
                $"{option}: found {port}, where another program, or another port of this silo, listens on {address}; " +
                "write another port, or 0 for a free one."),
            SocketError.AccessDenied => new ValidationException(
                $"{option}: found {port}, which this user may not take ({error.Message}); write a port from 1024 on, or 0 for a free one."),
            _ => new ValidationException(
                $"{(isHttp ? "http-address" : "address")}: found {address}, where this machine cannot listen ({error.Message}); " +
                $"write an address of this machine{(isHttp ? ", or 0.0.0.0 for all of them" : "")}."),
        };
    }
}

/// <summary>Another program listens on a port of this silo. The message is one line.</summary>
internal sealed class PortTakenException(string message, Exception? inner = null) : Exception(message, inner);
