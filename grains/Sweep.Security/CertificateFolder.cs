namespace Sweep.Security;

/// <summary>
/// The certificates of a process: <c>ca.crt</c>, <c>tls.crt</c> and <c>tls.key</c> in one folder. Whoever asks gets what the files hold now; as long as they do not
/// fit together, because somebody is writing them, what they held before.
/// </summary>
public sealed class CertificateFolder
{
    private readonly Lock _gate = new();
    private readonly CertificateRole[] _roles;
    private string[] _texts;
    private Certificates _current;

    private CertificateFolder(string path, CertificateRole[] roles)
    {
        (Path, _roles, _texts) = (path, roles, Read(path));
        _current = Parse();
    }

    public string Path { get; }

    /// <summary>Why the files as they are now are not used; null when they are.</summary>
    public string? Trouble { get; private set; }

    /// <summary>What to use for a new connection.</summary>
    public Certificates Current
    {
        get
        {
            lock (_gate)
            {
                Look();
                return _current;
            }
        }
    }

    /// <param name="roles">One of which the certificate must be for.</param>
    /// <exception cref="CertificateException">A file is missing, or they cannot be used.</exception>
    public static CertificateFolder Open(string path, params CertificateRole[] roles)
    {
        try
        {
            return new(path, roles);
        }
        catch (CertificateException error)
        {
            throw new CertificateException($"certificates: {error.Message}{(error.InnerException is IOException or UnauthorizedAccessException ? $"; expected {CertificateFiles.Authority}, {CertificateFiles.Certificate} and {CertificateFiles.Key} in the folder, as `sweep certs issue` writes them." : "")}", error);
        }
    }

    /// <summary>Their texts are compared, not their times: whatever way they came, over links or by a mount, a change is seen. A handshake costs far more.</summary>
    private void Look()
    {
        try
        {
            var texts = ReadOrForget();
            if (texts.SequenceEqual(_texts))
                return;
            _texts = texts;
            _current = Parse();
            Trouble = null;
        }
        catch (CertificateException error)
        {
            Trouble = error.Message;
        }
    }

    private string[] ReadOrForget()
    {
        try
        {
            return Read(Path);
        }
        catch (CertificateException)
        {
            // Files that come back as they were are new again.
            _texts = [];
            throw;
        }
    }

    private static string[] Read(string path) =>
        [.. new[] { CertificateFiles.Authority, CertificateFiles.Certificate, CertificateFiles.Key }.Select(file => CertificateFiles.Read(path, file))];

    private Certificates Parse() => Certificates.Parse(Path, _texts[0], _texts[1], _texts[2], _roles);
}
