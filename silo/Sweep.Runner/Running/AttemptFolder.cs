namespace Sweep.Runner.Running;

/// <summary>The folder of one attempt, which is removed with all that is in it.</summary>
internal sealed class AttemptFolder : IDisposable
{
    /// <param name="scratch">The runner's folder.</param>
    public AttemptFolder(string scratch)
    {
        Root = Path.Combine(scratch, Path.GetRandomFileName());
        (Program, Checkpoint, Temporary) = (Path.Combine(Root, "program"), Path.Combine(Root, "checkpoint"), Path.Combine(Root, "tmp"));
        foreach (var folder in new[] { Program, Checkpoint, Temporary })
            Directory.CreateDirectory(folder);
    }

    public string Root { get; }

    /// <summary>The copy of the sweep's folder, in which the program runs.</summary>
    public string Program { get; }

    public string Checkpoint { get; }

    /// <summary>For the program's temporary files.</summary>
    public string Temporary { get; }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A folder that the program made unwritable is removed when the runner ends.
        }
    }
}
