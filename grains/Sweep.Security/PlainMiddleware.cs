using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;

namespace Sweep.Security;

/// <summary>The connections of a process without certificates, which are in plain text and reach only its own machine.</summary>
public static class PlainMiddleware
{
    /// <summary>Returns the commands that make certificates, and the option that names their folder.</summary>
    /// <param name="role">Role of the process: silo or client.</param>
    public static string Advice(string role) =>
        $"Make them with `sweep certs init AUTHORITY` and `sweep certs issue AUTHORITY --for {role} --out FOLDER`, " +
        "then give FOLDER by --certificates or SWEEP_CERTIFICATES.";

    /// <summary>Wraps the connections that this process opens.</summary>
    /// <param name="role">Role of this process: silo or client.</param>
    /// <param name="refused">Called with the address of each refused connection and the reason.</param>
    public static Func<ConnectionDelegate, ConnectionDelegate> Dial(string role, Action<EndPoint?, string> refused) => next => connection =>
    {
        if (connection.RemoteEndPoint is IPEndPoint { Address: var address }
            && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address))
            return next(connection);
        var reason = $"it is beyond this machine, where connections need certificates. {Advice(role)}";
        refused(connection.RemoteEndPoint, reason);
        connection.Abort();
        throw new AuthenticationException($"{connection.RemoteEndPoint}: {reason}");
    };
}
