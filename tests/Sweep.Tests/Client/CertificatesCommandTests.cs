using Sweep.Security;

namespace Sweep.Tests.Client;

public sealed class CertificatesCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sweep-certs-").FullName;

    [Fact]
    public async Task Three_commands_take_a_cluster_from_nothing_to_renewed_certificates()
    {
        var (authority, silo, client) = (At("authority"), At("silo"), At("client"));
        var made = await Done("certs", "init", authority, "--days", "100");
        Assert.Contains($"until {DateTime.UtcNow.AddDays(100):yyyy-MM-dd}", made);
        Assert.Contains(
            "until",
            await Done("certs", "issue", authority, "--for", "silo", "--host", "gpu1", "--host", "10.0.0.7", "--out", silo, "--days", "7"));
        await Done("certs", "issue", authority, "--for", "client", "--out", client);
        AssertDays(7, CertificateFolder.Open(silo, CertificateRole.Silo));
        AssertDays(100, CertificateFolder.Open(client, CertificateRole.Client));
        await Done("certs", "renew", authority, silo);
        AssertDays(100, CertificateFolder.Open(silo, CertificateRole.Silo));

        static void AssertDays(int days, CertificateFolder folder) => Assert.InRange(
            folder.Current.Expires, DateTimeOffset.UtcNow.AddDays(days - 1), DateTimeOffset.UtcNow.AddDays(days + 1));
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_made_is_refused_in_one_line()
    {
        var authority = At("authority");
        await Done("certs", "init", authority);
        await Samples.RefusedAsync("found ca.key", "certs", "init", authority);
        await Samples.RefusedAsync("--host db.example", "certs", "issue", authority, "--for", "postgres", "--out", At("postgres"));
        await Samples.RefusedAsync(
            "host: found silo.sweep", "certs", "issue", authority, "--for", "client", "--host", "silo.sweep", "--out", At("client"));
        await Samples.RefusedAsync("sweep certs issue AUTHORITY", "certs", "renew", authority, At("client"));
        // Files of something else in the folder stay as they are.
        Directory.CreateDirectory(At("web"));
        await File.WriteAllTextAsync(Path.Combine(At("web"), "tls.key"), "to be", TestContext.Current.CancellationToken);
        await Samples.RefusedAsync(
            "found tls.key, the key of something else", "certs", "issue", authority, "--for", "silo", "--out", At("web"));
        Assert.Equal("to be", await File.ReadAllTextAsync(Path.Combine(At("web"), "tls.key"), TestContext.Current.CancellationToken));
        Directory.CreateDirectory(At("other"));
        await File.WriteAllTextAsync(Path.Combine(At("other"), "ca.crt"), "to be", TestContext.Current.CancellationToken);
        await Samples.RefusedAsync(
            "found ca.crt, the certificate of another authority", "certs", "issue", authority, "--for", "silo", "--out", At("other"));
        await Samples.RefusedAsync("/proc/", "certs", "issue", authority, "--for", "silo", "--out", "/proc/certificates");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private static async Task<string> Done(params string[] line)
    {
        var (code, output, error) = await Samples.RunAsync(line);
        Assert.Equal((0, ""), (code, error));
        Assert.Single(output.TrimEnd('\n').Split('\n'));
        return output;
    }
}
