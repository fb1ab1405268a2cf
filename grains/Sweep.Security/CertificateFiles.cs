namespace Sweep.Security;

/// <summary>Reads and writes the PEM files of certificates and keys.</summary>
internal static class CertificateFiles
{
    public const string Authority = "ca.crt";
    public const string AuthorityKey = "ca.key";
    public const string Certificate = "tls.crt";
    public const string Key = "tls.key";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everybody = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <exception cref="CertificateException">The file cannot be read.</exception>
    public static string Read(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CertificateException($"{path}: cannot be read ({error.Message})", error);
        }
    }

    /// <summary>Writes a file that only its owner may read.</summary>
    public static void WriteKey(string folder, string file, string text) => Write(Path.Combine(folder, file), text, OwnerOnly);

    public static void WriteCertificate(string folder, string file, string text) => Write(Path.Combine(folder, file), text, Everybody);

    private static void Write(string path, string text, UnixFileMode mode)
    {
        // The rename comes last, so that a reader sees either the old file or the new one, and no other user can ever read a key.
        var next = path + ".new";
        File.Delete(next);
        using (var writer = new StreamWriter(
            new FileStream(next, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode })))
            writer.Write(text);
        File.Move(next, path, overwrite: true);
    }
}
