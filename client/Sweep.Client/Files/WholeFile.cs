using Sweep.Client.Errors;

namespace Sweep.Client.Files;

/// <summary>A file that is written beside its place and then renamed: it appears when it is whole, and what was there stays until then.</summary>
internal static class WholeFile
{
    /// <param name="place">What names the file on the command line: FILE, --output.</param>
    /// <exception cref="WrongInputException">No file can be written there, or what is there is no file.</exception>
    public static void Check(string place, string path)
    {
        if (path.Length == 0)
            throw new WrongInputException($"{place}: found nothing; expected the name of a file.");
        var found = FileKind.Of(path);
        if (found is { IsFolder: true } || path.EndsWith('/'))
            throw new WrongInputException($"{place}: found {path}, which is a folder; name the file to write.");
        // A link is not followed: whoever may make one in this folder would choose what is replaced.
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
    /// <param name="mode">The rights of the file in place of those; null to leave them.</param>
    /// <param name="write">Fills the file whose path it gets, which is there and empty.</param>
    /// <returns>Its size in bytes.</returns>
    public static async Task<long> WriteAsync(string path, UnixFileMode? mode, Func<string, Task> write)
    {
        var old = FileKind.Of(path);
        var partial = $"{path}.{Environment.ProcessId}.part";
        // Nobody else may read what is not there yet, if nobody else may read it then.
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
