using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;

namespace Sweep.Silo.Hosting;

/// <summary>
/// The ports of a silo, bound from its start on: another program that has one is found out before the cluster hears of this silo, and a free
/// one stays free until the silo listens on it, which it does after Orleans has published it. Linux lets a second socket bind where the first
/// one does not listen.
/// </summary>
internal sealed class SiloPorts : IDisposable
{
    private readonly List<Socket> _held = [];

    private SiloPorts(SweepSiloOptions options)
    {
        var address = options.FindAddress();
        // Only who listens learns of another one who does, and of two options that name one port.
        using var silo = Listen("silo-port", new(address, options.SiloPort));
        using var gateway = Listen("gateway-port", new(address, options.GatewayPort));
        using var http = Listen("http-port", new(options.FindHttpAddress(), options.HttpPort));
        Silo = Hold(silo);
        Gateway = Hold(gateway);
        Http = Hold(http);
    }

    public IPEndPoint Silo { get; }

    public IPEndPoint Gateway { get; }

    public IPEndPoint Http { get; }

    /// <exception cref="ValidationException">An address is not of this machine, or a port not for this user; the message is one line.</exception>
    /// <exception cref="PortTakenException">Another program has one.</exception>
    public static SiloPorts Take(SweepSiloOptions options) => new(options);

    public void Dispose() => _held.ForEach(socket => socket.Dispose());

    /// <summary>A socket in the place of one that listens.</summary>
    private IPEndPoint Hold(Socket listener)
    {
        var endpoint = (IPEndPoint)listener.LocalEndPoint!;
        listener.Dispose();
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(endpoint);
        _held.Add(socket);
        return endpoint;
    }

    private static Socket Listen(string option, IPEndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endpoint);
            socket.Listen();
            return socket;
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw Explain(option, endpoint, error);
        }
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

/// <summary>Another program listens on a port of this silo; the message is one line.</summary>
internal sealed class PortTakenException(string message, Exception? inner = null) : Exception(message, inner);
