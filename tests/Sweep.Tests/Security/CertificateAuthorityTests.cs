using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sweep.Security;

namespace Sweep.Tests.Security;

public sealed class CertificateAuthorityTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TestCertificates _certificates = new();

    [Fact]
    public void Only_the_owner_can_read_a_key_or_enter_the_folder_of_the_authority()
    {
        var silo = _certificates.Issue(CertificateRole.Silo);
        Assert.Equal(["ca.crt", "ca.key"], Files(_certificates.AuthorityFolder));
        Assert.Equal(["ca.crt", "tls.crt", "tls.key"], Files(silo));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(_certificates.AuthorityFolder, "ca.key")));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(_certificates.AuthorityFolder));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(silo, "tls.key")));
        _certificates.Authority.Renew(silo, TimeSpan.FromDays(1), DateTimeOffset.UtcNow);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(silo, "tls.key")));
    }

    [Theory]
    [InlineData(CertificateRole.Silo, "silo.sweep", true, true)]
    [InlineData(CertificateRole.Client, "client.sweep", false, true)]
    [InlineData(CertificateRole.Postgres, null, true, false)]
    public void A_certificate_has_only_the_name_and_the_uses_of_its_role(CertificateRole role, string? name, bool serves, bool calls)
    {
        using var certificate = Load(_certificates.Issue(role, hosts: ["db.example", "10.0.0.7"]));
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal([.. name is null ? [] : new[] { name }, "db.example"], names.EnumerateDnsNames());
        Assert.Equal(["10.0.0.7"], names.EnumerateIPAddresses().Select(address => address.ToString()));
        var uses = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .Single().EnhancedKeyUsages.Cast<Oid>()
            .Select(use => use.Value!)
            .ToList();
        Assert.Equal((serves, calls), (uses.Contains("1.3.6.1.5.5.7.3.1"), uses.Contains("1.3.6.1.5.5.7.3.2")));
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal(name is null ? [] : [role], Enum.GetValues<CertificateRole>().Where(certificate.Is));
    }

    [Fact]
    public void A_renewed_certificate_is_for_the_same_role_and_hosts_with_a_new_key()
    {
        foreach (var role in Enum.GetValues<CertificateRole>())
        {
            var folder = _certificates.Issue(role, hosts: ["db.example", "10.0.0.7"]);
            using var before = Load(folder);
            var expires = _certificates.Authority.Renew(folder, TimeSpan.FromDays(30), DateTimeOffset.UtcNow);
            using var after = Load(folder);
            Assert.InRange(expires, DateTimeOffset.UtcNow.AddDays(29), DateTimeOffset.UtcNow.AddDays(31));
            Assert.NotEqual(before.GetPublicKeyString(), after.GetPublicKeyString());
            foreach (var extension in (string[])["2.5.29.17", "2.5.29.37"])
                Assert.Equal(before.Extensions[extension]!.RawData, after.Extensions[extension]!.RawData);
        }
    }

    [Fact]
    public void No_certificate_outlives_its_authority()
    {
        var expires = _certificates.Authority.Issue(
            CertificateRole.Silo, [], Path.Combine(_certificates.AuthorityFolder, "long"), TimeSpan.FromDays(30_000),
            DateTimeOffset.UtcNow);
        Assert.Equal(_certificates.Authority.Expires, expires);
        Assert.Contains(
            "expired on",
            Assert.Throws<CertificateException>(() => _certificates.Authority.Issue(
                CertificateRole.Silo, [], "/nowhere", TimeSpan.FromDays(1), expires.AddDays(1))).Message);
    }

    [Theory]
    [InlineData("silo.sweep")]
    [InlineData("Client.Sweep")]
    [InlineData("*.sweep")]
    [InlineData("*")]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData("db\nexample")]
    public void A_host_that_is_the_name_of_a_role_or_no_name_is_refused(string host)
    {
        var folder = Path.Combine(_certificates.AuthorityFolder, "refused");
        var error = Assert.Throws<CertificateException>(
            () => _certificates.Authority.Issue(CertificateRole.Client, [host], folder, TimeSpan.FromDays(1), DateTimeOffset.UtcNow));
        Assert.StartsWith("host: found", error.Message);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void No_file_is_overwritten_and_a_missing_one_is_named_with_the_command_that_makes_it()
    {
        var silo = _certificates.Issue(CertificateRole.Silo);
        Refused(
            "found ca.key", () => CertificateAuthority.Create(_certificates.AuthorityFolder, TimeSpan.FromDays(1), DateTimeOffset.UtcNow));
        Refused(
            "sweep certs renew",
            () => _certificates.Authority.Issue(CertificateRole.Silo, [], silo, TimeSpan.FromDays(1), DateTimeOffset.UtcNow));
        Refused("sweep certs init AUTHORITY", () => CertificateAuthority.Open("/nowhere/authority"));
        Refused(
            "sweep certs issue AUTHORITY",
            () => _certificates.Authority.Renew("/nowhere/silo", TimeSpan.FromDays(1), DateTimeOffset.UtcNow));
        File.Copy(Path.Combine(silo, "tls.crt"), Path.Combine(_certificates.AuthorityFolder, "ca.crt"), overwrite: true);
        File.Copy(Path.Combine(silo, "tls.key"), Path.Combine(_certificates.AuthorityFolder, "ca.key"), overwrite: true);
        Refused("is no authority's", () => CertificateAuthority.Open(_certificates.AuthorityFolder));
        File.WriteAllText(Path.Combine(_certificates.AuthorityFolder, "ca.key"), "no key");
        Refused("are no certificate and its key", () => CertificateAuthority.Open(_certificates.AuthorityFolder));

        static void Refused(string expected, Action act)
        {
            var message = Assert.Throws<CertificateException>(act).Message;
            Assert.Contains(expected, message);
            Assert.DoesNotContain('\n', message);
        }
    }

    public void Dispose() => _certificates.Dispose();

    private static X509Certificate2 Load(string folder) => X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "tls.crt"));

    private static IEnumerable<string> Files(string folder) => Directory.GetFiles(folder).Select(file => Path.GetFileName(file)).Order();
}
