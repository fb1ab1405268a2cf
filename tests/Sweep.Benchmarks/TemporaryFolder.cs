namespace Sweep.Benchmarks;

/// <summary>A folder of this process under /tmp, whose path is short enough for PostgreSQL's socket; deleted at the end.</summary>
internal sealed class TemporaryFolder(string purpose) : IDisposable
{
    public string Path { get; } = $"/tmp/sweep-{purpose}-{Environment.ProcessId}";

    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
