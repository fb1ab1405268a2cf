using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sweep.Security;

/// <summary>
/// The authority of one cluster: a folder with its certificate, which every process of the cluster has, and its key, which only issuing
/// needs.
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    // Clocks differ, and a new certificate must be valid on a machine whose clock is a little behind.
    private static readonly TimeSpan Backdated = TimeSpan.FromHours(1);

    private readonly X509Certificate2 _certificate;

    private CertificateAuthority(X509Certificate2 certificate) => _certificate = certificate;

    /// <summary>Default lifetime of an authority.</summary>
    public static TimeSpan DefaultLife { get; } = TimeSpan.FromDays(3650);

    /// <summary>Default lifetime of a certificate.</summary>
    public static TimeSpan DefaultCertificateLife { get; } = TimeSpan.FromDays(365);

    public DateTimeOffset Expires => _certificate.NotAfter;

    /// <summary>Creates an authority in a folder. A new folder can be entered by its owner only.</summary>
    /// <exception cref="CertificateException">The folder already has an authority.</exception>
    public static CertificateAuthority Create(string folder, TimeSpan life, DateTimeOffset now)
    {
        if (new[] { CertificateFiles.AuthorityKey, CertificateFiles.Authority }
                .FirstOrDefault(file => File.Exists(Path.Combine(folder, file))) is { } found)
            throw new CertificateException(
                $"{folder}: found {found}; all certificates of that authority would be worth nothing without it. Write another folder.");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // The name is unique, since with two authorities of the same name a program may try the wrong one.
        var request = new CertificateRequest(
            $"CN=Sweep authority {RandomNumberGenerator.GetHexString(8, lowercase: true)}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var certificate = request.CreateSelfSigned(now - Backdated, now + life);
        if (!Directory.Exists(folder))
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        CertificateFiles.WriteKey(folder, CertificateFiles.AuthorityKey, key.ExportPkcs8PrivateKeyPem() + "\n");
        CertificateFiles.WriteCertificate(folder, CertificateFiles.Authority, certificate.ExportCertificatePem() + "\n");
        return Open(folder);
    }

    /// <exception cref="CertificateException">The folder holds no usable authority.</exception>
    public static CertificateAuthority Open(string folder)
    {
        const string advice = "`sweep certs init AUTHORITY` makes one";
        try
        {
            var certificate = X509Certificate2.CreateFromPem(
                CertificateFiles.Read(folder, CertificateFiles.Authority), CertificateFiles.Read(folder, CertificateFiles.AuthorityKey));
            return certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority)
                ? new(certificate)
                : throw new CertificateException($"{folder}: found a {CertificateFiles.Authority} that is no authority's; {advice}.");
        }
        catch (CertificateException error) when (error.InnerException is not null)
        {
            throw new CertificateException($"{error.Message}; expected an authority in {folder}, and {advice}.", error);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new CertificateException(
                $"{folder}: found {CertificateFiles.Authority} and {CertificateFiles.AuthorityKey}, " +
                $"which are no certificate and its key ({error.Message}); {advice}.",
                error);
        }
    }

    /// <summary>Writes a certificate, its key and the authority's certificate into a folder.</summary>
    /// <param name="hosts">Host names and IP addresses that the certificate contains beside the role's own name.</param>
    /// <returns>The time at which the certificate expires, which is never later than that of the authority.</returns>
    /// <exception cref="CertificateException">
    /// The folder already has a certificate, or a certificate cannot contain one of the hosts.
    /// </exception>
    public DateTimeOffset Issue(CertificateRole role, IReadOnlyList<string> hosts, string folder, TimeSpan life, DateTimeOffset now)
    {
        if (File.Exists(Path.Combine(folder, CertificateFiles.Certificate)))
            throw new CertificateException(
                $"{folder}: found {CertificateFiles.Certificate}; `sweep certs renew AUTHORITY {folder}` renews it. " +
                "For another one write another folder.");
        if (File.Exists(Path.Combine(folder, CertificateFiles.Key)))
            throw new CertificateException($"{folder}: found {CertificateFiles.Key}, the key of something else; write another folder.");
        if (File.Exists(Path.Combine(folder, CertificateFiles.Authority))
            && CertificateFiles.Read(folder, CertificateFiles.Authority).Trim() != _certificate.ExportCertificatePem().Trim())
            throw new CertificateException(
                $"{folder}: found {CertificateFiles.Authority}, the certificate of another authority; write another folder.");
        return Write(role, hosts, folder, life, now);
    }

    /// <summary>Replaces the certificate in a folder by one for the same role and hosts, with a new key.</summary>
    /// <returns>The time at which the new certificate expires.</returns>
    /// <exception cref="CertificateException">The folder has no usable certificate.</exception>
    public DateTimeOffset Renew(string folder, TimeSpan life, DateTimeOffset now)
    {
        try
        {
            using var old = X509Certificate2.CreateFromPem(CertificateFiles.Read(folder, CertificateFiles.Certificate));
            var role = old.Is(CertificateRole.Silo) ? CertificateRole.Silo
                : old.Is(CertificateRole.Client) ? CertificateRole.Client
                : CertificateRole.Postgres;
            var names = old.Extensions.OfType<X509SubjectAlternativeNameExtension>().ToList();
            return Write(
                role,
                [
                    .. names.SelectMany(name => name.EnumerateDnsNames()).Where(name => name != role.Name()),
                    .. names.SelectMany(name => name.EnumerateIPAddresses()).Select(address => address.ToString()),
                ],
                folder,
                life,
                now);
        }
        catch (CertificateException error) when (error.InnerException is not null)
        {
            throw new CertificateException(
                $"{error.Message}; `sweep certs issue AUTHORITY --for silo --out {folder}` makes a first certificate.", error);
        }
        catch (CryptographicException error)
        {
            throw new CertificateException(
                $"{folder}: found {CertificateFiles.Certificate}, which is no certificate ({error.Message}).", error);
        }
    }

    private DateTimeOffset Write(CertificateRole role, IReadOnlyList<string> hosts, string folder, TimeSpan life, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(
            $"CN={role.Name() ?? hosts.FirstOrDefault() ?? throw new CertificateException(
                "host: found none; PostgreSQL is known by its host's name: --host db.example.")}",
            key,
            HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(role.Uses(), critical: false));
        request.CertificateExtensions.Add(Names(role, hosts));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            _certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var expires = now + life < Expires ? now + life : Expires;
        if (expires <= now)
            throw new CertificateException($"The authority expired on {Expires:yyyy-MM-dd}; `sweep certs init AUTHORITY` makes a new one.");
        using var certificate = request.Create(_certificate, now - Backdated, expires, RandomNumberGenerator.GetBytes(16));
        Directory.CreateDirectory(folder);
        CertificateFiles.WriteCertificate(folder, CertificateFiles.Authority, _certificate.ExportCertificatePem() + "\n");
        CertificateFiles.WriteKey(folder, CertificateFiles.Key, key.ExportPkcs8PrivateKeyPem() + "\n");
        CertificateFiles.WriteCertificate(folder, CertificateFiles.Certificate, certificate.ExportCertificatePem() + "\n");
        return expires;
    }

    private static X509Extension Names(CertificateRole role, IReadOnlyList<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        if (role.Name() is { } own)
            names.AddDnsName(own);
        foreach (var host in hosts)
        {
            // The names of roles are refused, since a certificate with the name of another role would have that role's rights too.
            if (Uri.CheckHostName(host) == UriHostNameType.Unknown || host.EndsWith(".sweep", StringComparison.OrdinalIgnoreCase))
                throw new CertificateException(
                    $"host: found {host}; expected the name of a host or an IP address, and none that ends with .sweep.");
            if (IPAddress.TryParse(host, out var address))
                names.AddIpAddress(address);
            else
                names.AddDnsName(host);
        }

        return names.Build();
    }

    public void Dispose() => _certificate.Dispose();
}
