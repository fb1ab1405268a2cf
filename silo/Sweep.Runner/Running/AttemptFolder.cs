using Sweep.Domain.Programs;

namespace Sweep.Runner.Running;

/// <summary>The folder of one attempt, which is removed with all that is in it.</summary>
internal sealed class AttemptFolder : IDisposable
{
    /// <param name="scratch">The runner's folder.</param>
    /// <param name="program">What the sweep's folder has.</param>
    /// <param name="checkpoint">What the checkpoint has from which the program goes on.</param>
    public AttemptFolder(string scratch, IReadOnlyList<FolderEntry> program, IReadOnlyList<FolderEntry> checkpoint)
    {
        Root = Path.Combine(scratch, Path.GetRandomFileName());
        (Program, Checkpoint, Temporary) = (Path.Combine(Root, "program"), Path.Combine(Root, "checkpoint"), Path.Combine(Root, "tmp"));
        try
        {
            foreach (var folder in new[] { Program, Checkpoint, Temporary })
                Directory.CreateDirectory(folder);
            FolderFiles.Write(Program, program);
            FolderFiles.Write(Checkpoint, checkpoint);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Root { get; }

    /// <summary>The copy of the sweep's folder, in which the program runs.</summary>
    public string Program { get; }

    public string Checkpoint { get; }

    /// <summary>For the program's temporary files.</summary>
    public string Temporary { get; }

    public void Dispose()
    {
        if (IsDeleted())
            return;
        try
        {
            MakeWritable(new(Root));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What can be deleted is deleted all the same.
        }

        // What is left, for example of a program that still runs, is removed when the runner ends.
        _ = IsDeleted();
    }

    private bool IsDeleted()
    {
        try
        {
            Directory.Delete(Root, recursive: true);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Undoes what a program did to its folders, so that what is in them can be deleted.</summary>
    private static void MakeWritable(DirectoryInfo folder)
    {
        folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (var inner in folder.EnumerateDirectories().Where(inner => inner.LinkTarget is null))
            MakeWritable(inner);
    }
}
