namespace Sweep.Benchmarks;

/// <summary>
/// A temporary folder of this process under /tmp. Its path is short enough for PostgreSQL's socket, and disposing of it deletes the folder.
/// </summary>
internal sealed class TemporaryFolder(string purpose) : IDisposable
{
    public string Path { get; } = $"/tmp/sweep-{purpose}-{Environment.ProcessId}";

    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
