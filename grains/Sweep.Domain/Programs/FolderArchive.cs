using System.Formats.Tar;

namespace Sweep.Domain.Programs;

/// <summary>A file or a folder of an archive.</summary>
/// <param name="Name">Its path, with slashes, relative to the folder that was packed.</param>
/// <param name="Bytes">Null for a folder.</param>
public sealed record FolderEntry(string Name, byte[]? Bytes, bool IsExecutable = false);

/// <summary>
/// A folder as bytes: a tar file of nothing but files and folders. The same files give the same bytes, whatever their dates and owners.
/// </summary>
public static class FolderArchive
{
    private const UnixFileMode Readable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Packs files, in the order of their names.</summary>
    public static byte[] Write(IEnumerable<FolderEntry> entries)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Gnu, leaveOpen: true))
        {
            foreach (var entry in entries.OrderBy(entry => entry.Name, StringComparer.Ordinal))
            {
                var isFile = entry.Bytes is not null;
                var packed = new GnuTarEntry(isFile ? TarEntryType.RegularFile : TarEntryType.Directory, entry.Name)
                {
                    ModificationTime = DateTimeOffset.UnixEpoch,
                    AccessTime = DateTimeOffset.UnixEpoch,
                    ChangeTime = DateTimeOffset.UnixEpoch,
                    Mode = entry.IsExecutable || !isFile ? Readable | Executable : Readable,
                };
                if (entry.Bytes is { Length: > 0 } content)
                    packed.DataStream = new MemoryStream(content, writable: false);
                tar.WriteEntry(packed);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>Reads what was packed.</summary>
    /// <exception cref="InvalidDataException">
    /// The bytes are no such archive: one has a link in it, or a name that leads out of the folder, or ends too early.
    /// </exception>
    public static IReadOnlyList<FolderEntry> Read(byte[] bytes)
    {
        var entries = new List<FolderEntry>();
        try
        {
            using var tar = new TarReader(new MemoryStream(bytes, writable: false));
            while (tar.GetNextEntry() is { } entry)
            {
                var name = entry.Name.TrimEnd('/');
                if (name.Length == 0 || name.Contains('\0') || name.Split('/').Any(part => part is "" or "." or ".."))
                    throw new InvalidDataException($"The archive has an entry {name}, which is no path within the folder.");
                var content = entry.EntryType switch
                {
                    TarEntryType.Directory => null,
                    TarEntryType.RegularFile or TarEntryType.V7RegularFile => Content(entry),
                    var other => throw new InvalidDataException(
                        $"The archive has {name} as a {other}; it may have files and folders only."),
                };
                entries.Add(new(name, content, entry.Mode.HasFlag(UnixFileMode.UserExecute) && content is not null));
            }
        }
        catch (Exception error) when (error is FormatException or IOException or ArgumentException)
        {
            throw new InvalidDataException($"The archive cannot be read: {error.Message}", error);
        }

        return entries;
    }

    private static byte[] Content(TarEntry entry)
    {
        if (entry.DataStream is not { } stream)
            return [];
        var content = new byte[entry.Length];
        stream.ReadExactly(content);
        return content;
    }
}
