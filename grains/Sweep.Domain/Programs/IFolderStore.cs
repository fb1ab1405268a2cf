namespace Sweep.Domain.Programs;

/// <summary>The packed folders of programs (<see cref="FolderArchive"/>) under their SHA-256, lower-case hexadecimal.</summary>
public interface IFolderStore
{
    /// <summary>Stores a folder once; the second time nothing happens.</summary>
    Task AddAsync(string sha256, byte[] archive, CancellationToken cancellation = default);

    /// <returns>The archive, or null when it is not stored.</returns>
    /// <exception cref="InvalidDataException">The stored bytes do not have the hash.</exception>
    Task<byte[]?> ReadAsync(string sha256, CancellationToken cancellation = default);

    /// <summary>Whether the folder is stored, without reading it.</summary>
    Task<bool> ExistsAsync(string sha256, CancellationToken cancellation = default);
}
