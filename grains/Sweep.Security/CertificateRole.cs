using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sweep.Security;

/// <summary>Whom a certificate is for. Silos and clients are known by a name that stands in the certificate, wherever they run.</summary>
public enum CertificateRole
{
    /// <summary>Talks to other silos and to clients, and may do what a client may.</summary>
    Silo,

    /// <summary>Calls silos, and is called by nobody.</summary>
    Client,

    /// <summary>PostgreSQL, known by the names of its hosts; no silo and no client.</summary>
    Postgres,
}

public static class CertificateRoles
{
    private static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");

    /// <summary>The name that only certificates of this role have; null for PostgreSQL.</summary>
    public static string? Name(this CertificateRole role) => role switch
    {
        CertificateRole.Silo => "silo.sweep",
        CertificateRole.Client => "client.sweep",
        _ => null,
    };

    /// <summary>Whether the certificate has the role's name, exactly: no wildcard stands for it.</summary>
    public static bool Is(this X509Certificate2 certificate, CertificateRole role) =>
        role.Name() is { } name && certificate.MatchesHostname(name, allowWildcards: false, allowCommonName: false);

    /// <summary>What a certificate of the role may do: be connected to, connect, or both.</summary>
    internal static OidCollection Uses(this CertificateRole role) => role switch
    {
        CertificateRole.Silo => [ServerUse, ClientUse],
        CertificateRole.Client => [ClientUse],
        _ => [ServerUse],
    };

    /// <summary>What the one at the other end of a connection must be allowed to do.</summary>
    /// <param name="accepts">Whether it accepted the connection.</param>
    internal static Oid PeerUse(bool accepts) => accepts ? ServerUse : ClientUse;
}
