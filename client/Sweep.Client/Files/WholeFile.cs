using Sweep.Client.Errors;

namespace Sweep.Client.Files;

/// <summary>Writes a file under another name and then renames it, so that the file is always whole: the old one or the new one.</summary>
internal static class WholeFile
{
    /// <summary>Checks that a file can be written to a path.</summary>
    /// <param name="place">The argument or option that names the file, such as FILE or --output.</param>
    /// <exception cref="WrongInputException">No file can be written there, or something else than a file is there.</exception>
    public static void Check(string place, string path)
    {
        if (path.Length == 0)
            throw new WrongInputException($"{place}: found nothing; expected the name of a file.");
        var found = FileKind.Of(path);
        if (found is { IsFolder: true } || path.EndsWith('/'))
            throw new WrongInputException($"{place}: found {path}, which is a folder; name the file to write.");
        // A link is not followed, because a user who may write to this folder could make it lead to any file.
        if (found is { IsFile: false })
        {
            throw new WrongInputException(File.ResolveLinkTarget(path, returnFinalTarget: false) is { } target
                ? $"{place}: found {path}, which is a link to {target.FullName}; name a file itself."
                : $"{place}: found {path}, which is {found.Name}; name a file, which may be new.");
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
            throw new WrongInputException($"{place}: found {path}, whose folder does not exist; make it first.");
    }

    /// <summary>Writes the file, which keeps the rights and the owner of the one that it replaces.</summary>
    /// <param name="mode">Other rights for the file; null to keep those of the replaced file.</param>
    /// <param name="write">Fills the file at the path that it receives. The file exists and is empty.</param>
    /// <returns>The size of the file in bytes.</returns>
    public static async Task<long> WriteAsync(string path, UnixFileMode? mode, Func<string, Task> write)
    {
        var old = FileKind.Of(path);
        var partial = $"{path}.{Environment.ProcessId}.part";
        // A file that only its owner may read in the end must not be readable for others while it is written.
        var rights = mode ?? old?.Mode;
        var own = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (rights is not null)
            own.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await new FileStream(partial, own).DisposeAsync();
        try
        {
            await write(partial);
            old?.ApplyTo(partial);
            if (mode is { } chosen)
                File.SetUnixFileMode(partial, chosen);
            File.Move(partial, path, overwrite: true);
            return new FileInfo(path).Length;
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
