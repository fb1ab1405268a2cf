namespace Sweep.Security;

/// <summary>
/// The certificates of a process: <c>ca.crt</c>, <c>tls.crt</c> and <c>tls.key</c> in one folder. Changed files are used without a restart.
/// While the files do not fit together, for example because they are just being written, the previous ones stay in use.
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

    /// <summary>Why the present files are not used; null when they are used.</summary>
    public string? Trouble { get; private set; }

    /// <summary>The certificates for a new connection.</summary>
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

    /// <param name="roles">The certificate must be for one of these roles.</param>
    /// <exception cref="CertificateException">A file is missing, or the certificates cannot be used.</exception>
    public static CertificateFolder Open(string path, params CertificateRole[] roles)
    {
        try
        {
            return new(path, roles);
        }
        catch (CertificateException error)
        {
            throw new CertificateException(
                $"certificates: {error.Message}{(error.InnerException is IOException or UnauthorizedAccessException
                    ? $"; expected {CertificateFiles.Authority}, {CertificateFiles.Certificate} and {CertificateFiles.Key} " +
                      "in the folder, as `sweep certs issue` writes them."
                    : "")}",
                error);
        }
    }

    /// <summary>
    /// Reads the files again. It compares their texts instead of their times, so that it notices every change, also one through a link or a
    /// mount. A handshake costs far more than this.
    /// </summary>
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
            // When the files come back unchanged, they must count as new.
            _texts = [];
            throw;
        }
    }

    private static string[] Read(string path) =>
        [
            .. new[] { CertificateFiles.Authority, CertificateFiles.Certificate, CertificateFiles.Key }
                .Select(file => CertificateFiles.Read(path, file)),
        ];

    private Certificates Parse() => Certificates.Parse(Path, _texts[0], _texts[1], _texts[2], _roles);
}
