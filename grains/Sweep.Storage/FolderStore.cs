using Npgsql;
using Sweep.Domain.Programs;
using Sweep.Storage.Connections;

namespace Sweep.Storage;

/// <summary>The table <c>folders</c>.</summary>
public sealed class FolderStore(NpgsqlDataSource source) : IFolderStore
{
    public Task AddAsync(string sha256, byte[] archive, CancellationToken cancellation = default) => source.Statement(
        "insert into folders (sha256, bytes) values ($1, $2) on conflict (sha256) do nothing",
        sha256, Sha256Text.Check(archive, sha256, "The packed folder")).ExecuteAsync(cancellation);

    public async Task<byte[]?> ReadAsync(string sha256, CancellationToken cancellation = default) =>
        await source.Statement("select bytes from folders where sha256 = $1", sha256).ValueAsync<byte[]>(cancellation) is { } archive
            ? Sha256Text.Check(archive, sha256, "The stored folder")
            : null;

    public Task<bool> ExistsAsync(string sha256, CancellationToken cancellation = default) =>
        source.Statement("select exists (select from folders where sha256 = $1)", sha256).ValueAsync<bool>(cancellation);
}
