using System.Data.Common;
using System.Net;
using Npgsql;

namespace Sweep.Storage.Connections;

/// <summary>Beyond this machine a connection is encrypted and the server proves who it is: passwords, texts and weights cross it.</summary>
internal static class PostgresTls
{
    private const string ModeKey = "SSL Mode";

    /// <summary>Adds what is missing. Unix sockets and loopback addresses are left as they are.</summary>
    /// <param name="certificates">A folder whose <c>ca.crt</c> is the authority to trust where the connection string names none; without it the system's authorities count.</param>
    /// <exception cref="FormatException">The connection string asks for less.</exception>
    public static NpgsqlConnectionStringBuilder Require(NpgsqlConnectionStringBuilder builder, string? certificates)
    {
        if (builder.Host!.Split(',').All(IsLocal))
            return builder;
        if (IsStated(builder) && builder.SslMode != SslMode.VerifyFull)
        {
            throw new FormatException(
                $"found SSL Mode={builder.SslMode} for {builder.Host}, which is not this machine; leave it out or write SSL Mode=VerifyFull (sslmode=verify-full).");
        }

        builder.SslMode = SslMode.VerifyFull;
        if (builder.RootCertificate is null && !string.IsNullOrEmpty(certificates) && Path.Combine(certificates, "ca.crt") is var authority && File.Exists(authority))
            builder.RootCertificate = Path.GetFullPath(authority);
        return builder;
    }

    /// <summary>Whether the connection string itself says how it is protected.</summary>
    public static bool IsStated(NpgsqlConnectionStringBuilder builder) =>
        new DbConnectionStringBuilder { ConnectionString = builder.ConnectionString }.ContainsKey(ModeKey);

    /// <summary>libpq's word: <c>verify-full</c>.</summary>
    public static string Name(SslMode mode) => mode switch
    {
        SslMode.VerifyCA => "verify-ca",
        SslMode.VerifyFull => "verify-full",
        _ => mode.ToString().ToLowerInvariant(),
    };

    /// <param name="host">A name or an address, with a port or without: <c>db:5433</c>, <c>[::1]:5433</c>, <c>/run/postgresql</c>.</param>
    private static bool IsLocal(string host)
    {
        host = host.Trim();
        if (host.StartsWith('/') || host.StartsWith('@'))
            return true;
        var name = host.StartsWith('[') ? host[1..].Split(']')[0] : host.Count(letter => letter == ':') == 1 ? host.Split(':')[0] : host;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
    }
}
