using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;

namespace Sweep.Security;

/// <summary>For a process without certificates: it talks to its own machine, in plain text, and to nobody else.</summary>
public static class PlainMiddleware
{
    /// <summary>What makes certificates, and how a process is told of them.</summary>
    /// <param name="role">silo or client.</param>
    public static string Advice(string role) =>
        $"Make them with `sweep certs init AUTHORITY` and `sweep certs issue AUTHORITY --for {role} --out FOLDER`, then give FOLDER by --certificates or SWEEP_CERTIFICATES.";

    /// <summary>For connections that this process opens.</summary>
    /// <param name="role">What this process is: silo or client.</param>
    /// <param name="refused">Hears where it does not go, and why; and who ended a connection.</param>
    public static Func<ConnectionDelegate, ConnectionDelegate> Dial(string role, Action<EndPoint?, string> refused) => next => connection =>
    {
        if (connection.RemoteEndPoint is IPEndPoint { Address: var address } && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address))
            return next(connection);
        var reason = $"it is beyond this machine, where connections need certificates. {Advice(role)}";
        refused(connection.RemoteEndPoint, reason);
        connection.Abort();
        throw new AuthenticationException($"{connection.RemoteEndPoint}: {reason}");
    };
}
