using System.Data.Common;
using System.Net;
using Npgsql;

namespace Sweep.Storage.Connections;

/// <summary>
/// Requires that a connection to another machine is encrypted and that the server has a valid certificate, since passwords, texts and
/// weights go over it.
/// </summary>
internal static class PostgresTls
{
    private const string ModeKey = "SSL Mode";

    /// <summary>Adds the settings of encryption. Connections to a unix socket or a loopback address stay as they are.</summary>
    /// <param name="certificates">
    /// A folder whose <c>ca.crt</c> is the trusted authority, for a connection string that names none; null for the system's authorities.
    /// </param>
    /// <exception cref="FormatException">The connection string asks for weaker protection.</exception>
    public static NpgsqlConnectionStringBuilder Require(NpgsqlConnectionStringBuilder builder, string? certificates)
    {
        if (builder.Host!.Split(',').All(IsLocal))
            return builder;
        if (IsStated(builder) && builder.SslMode != SslMode.VerifyFull)
        {
            throw new FormatException(
                $"found SSL Mode={builder.SslMode} for {builder.Host}, which is not this machine; "
                + "leave it out or write SSL Mode=VerifyFull (sslmode=verify-full).");
        }

        builder.SslMode = SslMode.VerifyFull;
        if (builder.RootCertificate is null && !string.IsNullOrEmpty(certificates))
        {
            var authority = Path.Combine(certificates, "ca.crt");
            if (File.Exists(authority))
                builder.RootCertificate = Path.GetFullPath(authority);
        }

        return builder;
    }

    /// <summary>Whether the connection string itself names a mode of encryption.</summary>
    public static bool IsStated(NpgsqlConnectionStringBuilder builder) =>
        new DbConnectionStringBuilder { ConnectionString = builder.ConnectionString }.ContainsKey(ModeKey);

    /// <summary>The mode in libpq's spelling, such as <c>verify-full</c>.</summary>
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
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
    }
}
