using System.Buffers;
using System.Text.Unicode;

namespace Sweep.Client.Files;

/// <summary>Reads files that must be UTF-8 text of a bounded size.</summary>
internal static class Utf8File
{
    /// <param name="wrong">Makes the error from what was found and what is expected.</param>
    /// <exception cref="Exception">
    /// The error that <paramref name="wrong"/> made: the file is missing, a folder, not readable, too large, or not UTF-8.
    /// </exception>
    public static async Task<(byte[] Bytes, string Text)> ReadAsync(
        string path, int maxBytes, Func<string, string, Exception> wrong, CancellationToken cancellation)
    {
        if (Directory.Exists(path))
            throw wrong($"a folder ({path})", "expected a file");
        if (!File.Exists(path))
            throw wrong($"no file {path}", "expected the path of one");
        try
        {
            await using var file = File.OpenRead(path);
            // A device has no length, so the bound is checked while bytes are read.
            var bytes = new MemoryStream();
            var buffer = new byte[81_920];
            int read;
            while ((read = await file.ReadAsync(buffer, cancellation)) > 0)
            {
                bytes.Write(buffer, 0, read);
                if (bytes.Length > maxBytes)
                    throw wrong($"more than {maxBytes} bytes", "expected a smaller file");
            }

            return (bytes.ToArray(), Decode(bytes.ToArray(), wrong));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw wrong($"a file that cannot be read ({error.Message.TrimEnd('.')})", "expected one that can");
        }
    }

    /// <exception cref="Exception">The error that <paramref name="wrong"/> made: the bytes are not UTF-8.</exception>
    public static string Decode(byte[] bytes, Func<string, string, Exception> wrong)
    {
        var characters = new char[bytes.Length];
        var status = Utf8.ToUtf16(bytes, characters, out var read, out var written, replaceInvalidSequences: false);
        return status == OperationStatus.Done
            ? new string(characters, 0, written)
            : throw wrong(
                $"bytes that are not UTF-8, the first 0x{bytes[read]:x2} at offset {read}", "expected UTF-8 (iconv -f LATIN1 -t UTF-8)");
    }
}
