using System.ComponentModel.DataAnnotations;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Npgsql;
using Orleans.Runtime.MembershipService;
using Sweep.Security;
using Sweep.Silo.Delivery;
using Sweep.Storage.Connections;
using Sweep.Storage.Migrations;

namespace Sweep.Silo.Hosting;

/// <summary>Why a silo could not start: an exit code, and one line for the person who started it.</summary>
internal sealed record SiloFault(int ExitCode, string Line)
{
    public static SiloFault Of(Exception error)
    {
        // Orleans and Kestrel wrap the cause in exceptions of their own.
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (Known(cause) is { } fault)
                return fault with { Line = OneLine.Of(fault.Line) + "." };
        }

        // Any other exception is a defect, so the line contains its place in the code.
        var where = error.StackTrace?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault();
        var what = $"{error.GetType().Name}: {OneLine.Of(error.Message)}{(where is null ? "" : $" ({where})")}";
        return new(SiloExit.CannotGoOn, $"silo: it cannot start: {what}.");
    }

    private static SiloFault Unusable(string line) => new(SiloExit.Unusable, line);

    private static SiloFault? Known(Exception error) => error switch
    {
        ValidationException => new(SiloExit.WrongInput, error.Message),
        CertificateException or PortTakenException => Unusable(error.Message),
        DatabaseVersionException or DatabaseUnusableException or PoolerException => Unusable(
            $"postgres: the cluster's database cannot be used: {error.Message}"),
        NpgsqlException => Unusable($"postgres: the cluster's database went away while the silo joined: {DatabaseFault.Explain(error)}"),
        AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } => Unusable(
            "silo-port, gateway-port, http-port: another program took one of them while the silo started; start it again, or write others"),
        OrleansClusterConnectivityCheckFailedException => Unusable(
            $"silo: it cannot reach the other silos of its cluster, so it does not join: {error.Message} " +
            "Their addresses and ports (--address, --silo-port) must be reachable from here"),
        _ => null,
    };
}
