using Sweep.Security;

namespace Sweep.Tests.Security;

public sealed class CertificateFolderTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    [Theory]
    [InlineData("ca.crt", null, "ca.crt: cannot be read")]
    [InlineData("tls.crt", null, "tls.crt: cannot be read")]
    [InlineData("tls.key", null, "tls.key: cannot be read")]
    [InlineData("ca.crt", "", "ca.crt: found no certificate; expected PEM")]
    [InlineData("tls.crt", "hello", "tls.crt: found no certificate; expected PEM")]
    [InlineData("tls.crt", "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n", "tls.crt: found what is no certificate")]
    [InlineData("tls.key", "hello", "tls.key: found no key of the certificate in tls.crt")]
    public void An_error_in_a_file_is_one_line_that_names_the_file(string file, string? text, string expected)
    {
        var folder = _certificates.Issue(CertificateRole.Silo);
        if (text is null)
            File.Delete(Path.Combine(folder, file));
        else
            File.WriteAllText(Path.Combine(folder, file), text);
        Refused(folder, $"certificates: {folder}/{expected}");
    }

    [Fact]
    public void A_certificate_that_cannot_be_used_is_refused_at_the_start()
    {
        Refused(_certificates.Issue(CertificateRole.Client), "found a certificate for client.sweep; expected one for silo.sweep");
        Refused(
            _certificates.Issue(CertificateRole.Postgres, hosts: ["db.example"]),
            "found a certificate for db.example; expected one for silo.sweep");
        Refused(
            _certificates.IssueExpired(CertificateRole.Silo),
            $"the certificate expired on {DateTimeOffset.Now.AddHours(-1):yyyy-MM-dd}. `sweep certs renew AUTHORITY");
        Refused(_certificates.Issue(CertificateRole.Silo, age: TimeSpan.FromDays(-2)), "is not good before");
        using var other = new TestCertificates();
        Refused(Mixed(other), "is of another authority than ca.crt");
        Refused(_certificates.IssueDamaged(), "found a certificate in ca.crt or tls.crt that is damaged");
    }

    [Fact]
    public void A_renewed_certificate_is_used_from_the_next_connection_on()
    {
        var silo = _certificates.Issue(CertificateRole.Silo, life: TimeSpan.FromDays(2));
        var folder = CertificateFolder.Open(silo, CertificateRole.Silo);
        var first = folder.Current;
        Assert.Same(first, folder.Current);
        var expires = _certificates.Authority.Renew(silo, TimeSpan.FromDays(30), DateTimeOffset.UtcNow);
        Assert.Equal(expires.ToUnixTimeSeconds(), folder.Current.Expires.ToUnixTimeSeconds());
    }

    [Fact]
    public void Half_of_a_new_pair_leaves_the_old_one_in_use_until_the_other_half_is_there()
    {
        var (silo, renewed) = (_certificates.Issue(CertificateRole.Silo), _certificates.Issue(CertificateRole.Silo));
        var folder = CertificateFolder.Open(silo, CertificateRole.Silo);
        var first = folder.Current;
        Copy(renewed, silo, "tls.key");
        Assert.Same(first, folder.Current);
        Assert.Contains("found no key of the certificate", folder.Trouble);
        File.Delete(Path.Combine(silo, "tls.crt"));
        Assert.Same(first, folder.Current);
        Assert.Contains("cannot be read", folder.Trouble);
        Copy(renewed, silo, "tls.crt");
        Assert.NotSame(first, folder.Current);
        Assert.Null(folder.Trouble);
    }

    [Fact]
    public void A_certificate_that_is_worse_than_the_one_in_use_is_not_taken()
    {
        var (silo, expired) = (_certificates.Issue(CertificateRole.Silo), _certificates.IssueExpired(CertificateRole.Silo));
        var folder = CertificateFolder.Open(silo, CertificateRole.Silo);
        var first = folder.Current;
        Copy(expired, silo, "tls.key");
        Copy(expired, silo, "tls.crt");
        Assert.Same(first, folder.Current);
        Assert.Contains("expired on", folder.Trouble);
    }

    [Fact]
    public void Files_that_are_restored_unchanged_are_accepted()
    {
        var silo = _certificates.Issue(CertificateRole.Silo);
        var folder = CertificateFolder.Open(silo, CertificateRole.Silo);
        var (first, key) = (folder.Current, File.ReadAllText(Path.Combine(silo, "tls.key")));
        foreach (var take in (Action<string>[])[File.Delete, path => File.WriteAllText(path, "")])
        {
            take(Path.Combine(silo, "tls.key"));
            Assert.Same(first, folder.Current);
            Assert.NotNull(folder.Trouble);
            File.WriteAllText(Path.Combine(silo, "tls.key"), key);
            first = folder.Current;
            Assert.Null(folder.Trouble);
        }
    }

    [Fact]
    public void New_files_behind_the_links_of_a_mounted_secret_are_used()
    {
        var (one, two) = (_certificates.Issue(CertificateRole.Silo), _certificates.Issue(CertificateRole.Silo));
        var mount = Directory.CreateDirectory(Path.Combine(_certificates.AuthorityFolder, "mount")).FullName;
        File.CreateSymbolicLink(Path.Combine(mount, "..data"), one);
        foreach (var file in (string[])["ca.crt", "tls.crt", "tls.key"])
            File.CreateSymbolicLink(Path.Combine(mount, file), Path.Combine("..data", file));
        var folder = CertificateFolder.Open(mount, CertificateRole.Silo);
        var first = folder.Current;
        File.Delete(Path.Combine(mount, "..data"));
        File.CreateSymbolicLink(Path.Combine(mount, "..data"), two);
        Assert.NotSame(first, folder.Current);
    }

    public void Dispose() => _certificates.Dispose();

    private static void Refused(string folder, string expected)
    {
        var message = Assert.Throws<CertificateException>(() => CertificateFolder.Open(folder, CertificateRole.Silo)).Message;
        Assert.Contains(expected, message);
        Assert.DoesNotContain('\n', message);
    }

    /// <summary>Makes a folder with a valid certificate and key and another authority's certificate. Returns its path.</summary>
    private string Mixed(TestCertificates other)
    {
        var folder = _certificates.Issue(CertificateRole.Silo);
        Copy(other.Issue(CertificateRole.Silo), folder, "ca.crt");
        return folder;
    }

    private static void Copy(string from, string to, string file) =>
        File.Copy(Path.Combine(from, file), Path.Combine(to, file), overwrite: true);
}
