namespace Sweep.Domain.Sweeps;

/// <summary>Weights from which trials begin, under the SHA-256 (lower-case hexadecimal) of their file.</summary>
public interface IWeightsStore
{
    /// <summary>Stores weights once; the second time nothing happens.</summary>
    Task AddAsync(string sha256, byte[] file, CancellationToken cancellation = default);

    /// <returns>The file, or null when it is not stored.</returns>
    /// <exception cref="InvalidDataException">The stored bytes do not have the hash.</exception>
    Task<byte[]?> ReadAsync(string sha256, CancellationToken cancellation = default);
}
