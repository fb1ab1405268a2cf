using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sweep.Security;

namespace Sweep.Tests.Security;

/// <summary>A certificate authority and the certificates that it issues, in a temporary folder.</summary>
public sealed class TestCertificates : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sweep-certificates-").FullName;
    private int _issued;

    public TestCertificates()
    {
        // The authority is a year old, so that it can issue certificates that have expired.
        Authority = CertificateAuthority.Create(AuthorityFolder, CertificateAuthority.DefaultLife, DateTimeOffset.UtcNow.AddYears(-1));
    }

    public CertificateAuthority Authority { get; }

    public string AuthorityFolder => Path.Combine(_folder, "authority");

    /// <summary>Issues a certificate.</summary>
    /// <param name="age">The time since its issue.</param>
    /// <param name="life">The time from its issue to its expiry; a year unless given.</param>
    /// <returns>The new folder of the certificate.</returns>
    public string Issue(CertificateRole role, TimeSpan age = default, TimeSpan? life = null, params string[] hosts)
    {
        var folder = Path.Combine(_folder, $"issued-{++_issued}");
        Authority.Issue(role, hosts, folder, life ?? CertificateAuthority.DefaultCertificateLife, DateTimeOffset.UtcNow - age);
        return folder;
    }

    /// <summary>Issues a certificate that expired an hour ago.</summary>
    public string IssueExpired(CertificateRole role) => Issue(role, TimeSpan.FromDays(3), TimeSpan.FromDays(3) - TimeSpan.FromHours(1));

    /// <summary>Makes a self-signed certificate whose list of permitted uses cannot be read.</summary>
    public string IssueDamaged()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, $"issued-{++_issued}")).FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=damaged", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("silo.sweep");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509Extension("2.5.29.37", [0x30, 0x03, 0x06, 0x05, 0x2a], critical: false));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        File.WriteAllText(Path.Combine(folder, "ca.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "tls.key"), key.ExportPkcs8PrivateKeyPem());
        return folder;
    }

    public void Dispose()
    {
        Authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
