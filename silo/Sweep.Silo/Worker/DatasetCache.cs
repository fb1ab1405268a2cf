using Sweep.Domain.Sweeps;
using Sweep.Grains;

namespace Sweep.Silo.Worker;

/// <summary>The texts that this worker trains on; each is read from the database once while it is in use.</summary>
public sealed class DatasetCache(IDatasetStore store)
{
    /// <summary>
    /// The most bytes that are kept. It is the largest size of one text, so that many small texts stay and two large ones do not.
    /// </summary>
    private const long MostBytes = 256L << 20;

    private readonly RecentReads<string, byte[]> _texts = new(
        async sha256 => await store.ReadAsync(sha256) ?? throw new InvalidDataException($"The dataset {sha256} is not stored."),
        text => text.Length,
        MostBytes);

    /// <exception cref="InvalidDataException">The text is not stored, or its bytes do not have the hash.</exception>
    public Task<byte[]> ReadAsync(string sha256, CancellationToken cancellation) => _texts.GetAsync(sha256).WaitAsync(cancellation);
}
