namespace Sweep.Domain.Sweeps;

/// <summary>Texts under the SHA-256 (lower-case hexadecimal) of their UTF-8 bytes.</summary>
public interface IDatasetStore
{
    /// <summary>Stores a text once; the second time nothing happens.</summary>
    Task AddAsync(string sha256, string name, byte[] text, CancellationToken cancellation = default);

    /// <returns>The text's bytes, or null when it is not stored.</returns>
    /// <exception cref="InvalidDataException">The stored bytes do not have the hash.</exception>
    Task<byte[]?> ReadAsync(string sha256, CancellationToken cancellation = default);

    /// <summary>Whether the text is stored, without reading it.</summary>
    Task<bool> ExistsAsync(string sha256, CancellationToken cancellation = default);

    /// <returns>Length of the text in characters (Unicode code points), or null when it is not stored.</returns>
    Task<int?> CharactersAsync(string sha256, CancellationToken cancellation = default);

    /// <summary>The hash of the newest text of this name, or null.</summary>
    Task<string?> FindAsync(string name, CancellationToken cancellation = default);
}
