using System.Formats.Tar;
using Sweep.Domain.Programs;

namespace Sweep.Runner.Running;

/// <summary>The files of a folder, to and from an archive.</summary>
internal static class FolderFiles
{
    private const UnixFileMode OwnerExecutes = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Writes what was packed into an empty folder.</summary>
    public static void Write(string folder, IReadOnlyList<FolderEntry> entries)
    {
        foreach (var entry in entries)
        {
            var path = Path.Combine(folder, entry.Name);
            if (entry.Bytes is null)
            {
                Directory.CreateDirectory(path);
                continue;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, entry.Bytes);
            if (entry.IsExecutable)
                File.SetUnixFileMode(path, OwnerExecutes);
        }
    }

    /// <summary>Reads all files of a folder.</summary>
    /// <param name="mostBytes">The most that they may have together.</param>
    /// <returns>The entries; null when something changed while it was read.</returns>
    /// <exception cref="InvalidDataException">There is a link, a pipe or the like in it, or it is too large.</exception>
    public static IReadOnlyList<FolderEntry>? Read(string folder, long mostBytes)
    {
        try
        {
            var before = States(folder, mostBytes);
            FolderEntry[] entries = [.. before.Select(file => new FolderEntry(
                Path.GetRelativePath(folder, file.Path),
                file.IsFolder ? null : File.ReadAllBytes(file.Path),
                !file.IsFolder && File.GetUnixFileMode(file.Path).HasFlag(UnixFileMode.UserExecute)))];
            return States(folder, mostBytes).SequenceEqual(before) ? entries : null;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>What is thrown where the files, or these with their names, have more bytes than are allowed.</summary>
    public static InvalidDataException TooLarge(long mostBytes) =>
        new($"more than {mostBytes:#,0} bytes; at most so many can be stored and backed up");

    private static List<FileState> States(string folder, long mostBytes)
    {
        var files = new List<FileState>();
        var bytes = 0L;
        var root = new DirectoryInfo(folder);
        if (root.LinkTarget is not null)
            throw new InvalidDataException("a link in place of the folder itself; a checkpoint has files and folders only");
        Add(root);
        return files;

        void Add(DirectoryInfo from)
        {
            foreach (var found in from.EnumerateFileSystemInfos().OrderBy(found => found.Name, StringComparer.Ordinal))
            {
                var name = Path.GetRelativePath(folder, found.FullName);
                if (found.LinkTarget is not null)
                    throw new InvalidDataException($"the link {name}; a checkpoint has files and folders only");
                var isFolder = found is DirectoryInfo;
                if (found is FileInfo file && !IsRegular(file))
                    throw new InvalidDataException($"{name}, which is no regular file; a checkpoint has files and folders only");
                var length = isFolder ? 0 : ((FileInfo)found).Length;
                if ((bytes += length) > mostBytes)
                    throw TooLarge(mostBytes);
                files.Add(new(found.FullName, isFolder, length, isFolder ? default : found.LastWriteTimeUtc));
                if (found is DirectoryInfo inner)
                    Add(inner);
            }
        }
    }

    /// <summary>
    /// Whether it is neither a pipe nor a socket nor a device, which all have no length. .NET tells their kind only where it packs them,
    /// and to open a pipe would wait for its other end.
    /// </summary>
    private static bool IsRegular(FileInfo file)
    {
        if (file.Length > 0)
            return true;
        using var bytes = new MemoryStream();
        try
        {
            using (var tar = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
                tar.WriteEntry(file.FullName, "file");
            bytes.Position = 0;
            using var packed = new TarReader(bytes);
            return packed.GetNextEntry()?.EntryType == TarEntryType.RegularFile;
        }
        catch (IOException) when (file.Exists)
        {
            return false;
        }
    }

    private sealed record FileState(string Path, bool IsFolder, long Length, DateTime Written);
}
