using System.Text;
using Sweep.Security;

namespace Sweep.Fuzzing;

/// <summary>The three files of a certificate folder, joined by a separator.</summary>
public sealed class CertificateTarget : FuzzTarget, IDisposable
{
    private const string Between = "\n=== next file ===\n";
    private static readonly string[] Files = ["ca.crt", "tls.crt", "tls.key"];

    private readonly string _folder = Directory.CreateTempSubdirectory("sweep-fuzz-").FullName;

    public CertificateTarget()
    {
        using var authority = CertificateAuthority.Create(
            Path.Combine(_folder, "authority"), CertificateAuthority.DefaultLife, DateTimeOffset.UtcNow);
        authority.Issue(
            CertificateRole.Silo, ["silo.example"], _folder, CertificateAuthority.DefaultCertificateLife, DateTimeOffset.UtcNow);
        Inputs = [Encoding.UTF8.GetBytes(string.Join(Between, Files.Select(file => File.ReadAllText(Path.Combine(_folder, file)))))];
    }

    public override string Name => "certificates";

    public override IReadOnlyList<byte[]> Inputs { get; }

    public override IReadOnlyList<string> Scraps { get; } =
    [
        Between, "\n", "\r", "=", "-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n", "-----BEGIN PRIVATE KEY-----\n",
        "-----END PRIVATE KEY-----\n", "-----BEGIN EC PRIVATE KEY-----\n", "-----BEGIN X-----\n-----END X-----\n",
        "MA==", "MAA=", "MIIB", "//8=", "AAAA", "\0", "é", "-----",
    ];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public override async Task ReadAsync(byte[] input)
    {
        var texts = Encoding.UTF8.GetString(input).Split(Between);
        foreach (var (file, place) in Files.Select((file, place) => (file, place)))
            await File.WriteAllTextAsync(Path.Combine(_folder, file), texts.ElementAtOrDefault(place) ?? "");
        try
        {
            _ = CertificateFolder.Open(_folder, CertificateRole.Silo).Current;
        }
        catch (CertificateException error) when (!error.Message.Contains('\n'))
        {
            // The reader may refuse an input.
        }
    }
}
