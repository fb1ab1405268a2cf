using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sweep.Security;

/// <summary>
/// The role of a certificate's owner. Silos and clients are recognized by a name in the certificate, on whatever host they run.
/// </summary>
public enum CertificateRole
{
    /// <summary>A silo connects to other silos, accepts silos and clients, and may do everything that a client may.</summary>
    Silo,

    /// <summary>A client connects to silos and accepts no connections.</summary>
    Client,

    /// <summary>A PostgreSQL server is recognized by the names of its hosts, and is neither a silo nor a client.</summary>
    Postgres,
}

public static class CertificateRoles
{
    private static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");

    /// <summary>Returns the name that only certificates of this role contain; null for PostgreSQL.</summary>
    public static string? Name(this CertificateRole role) => role switch
    {
        CertificateRole.Silo => "silo.sweep",
        CertificateRole.Client => "client.sweep",
        _ => null,
    };

    /// <summary>Whether the certificate contains exactly the role's name. A wildcard does not count.</summary>
    public static bool Is(this X509Certificate2 certificate, CertificateRole role) =>
        role.Name() is { } name && certificate.MatchesHostname(name, allowWildcards: false, allowCommonName: false);

    /// <summary>The uses of a certificate of the role: accepting connections (server), opening them (client), or both.</summary>
    internal static OidCollection Uses(this CertificateRole role) => role switch
    {
        CertificateRole.Silo => [ServerUse, ClientUse],
        CertificateRole.Client => [ClientUse],
        _ => [ServerUse],
    };

    /// <summary>The use that the certificate at the other end of a connection must allow.</summary>
    /// <param name="accepts">Whether the other end accepted the connection.</param>
    internal static Oid PeerUse(bool accepts) => accepts ? ServerUse : ClientUse;
}
