using Sweep.Domain.Programs;
using Sweep.Grains;

namespace Sweep.Silo.Worker;

/// <summary>The folders of programs that this worker runs; each is read from the database once while it is in use.</summary>
public sealed class FolderCache(IFolderStore store)
{
    /// <summary>The most bytes that are kept: two of the largest folders, or many small ones.</summary>
    private const long MostBytes = 128L << 20;

    private readonly RecentReads<string, byte[]> _folders = new(
        async sha256 => await store.ReadAsync(sha256) ?? throw new InvalidDataException($"The folder {sha256} is not stored."),
        archive => archive.Length,
        MostBytes);

    /// <exception cref="InvalidDataException">The folder is not stored, or its bytes do not have the hash.</exception>
    public Task<byte[]> ReadAsync(string sha256, CancellationToken cancellation) => _folders.GetAsync(sha256).WaitAsync(cancellation);
}
