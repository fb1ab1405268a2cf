using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sweep.Tests.Postgres;

/// <summary>An authority made for a test, and what it signs, as the files that a server reads.</summary>
internal sealed class TestCertificates(string folder, string authority)
{
    private static readonly DateTimeOffset From = DateTimeOffset.UtcNow.AddDays(-1);

    public string Authority { get; } = Path.Combine(folder, authority + ".crt");

    /// <summary>Writes the authority, and <c>tls.crt</c> and <c>tls.key</c> for the addresses of this machine.</summary>
    public void Write()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest($"CN={authority}", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = rootRequest.CreateSelfSigned(From, From.AddDays(30));
        File.WriteAllText(Authority, root.ExportCertificatePem());

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=postgres", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("db.example");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(root, From, From.AddDays(30), [1, 2, 3]);
        File.WriteAllText(Path.Combine(folder, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "tls.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
