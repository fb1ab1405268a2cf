using System.Text;
using Npgsql;
using Sweep.Domain.Models;
using Sweep.Domain.Sweeps;
using Sweep.Storage.Connections;

namespace Sweep.Storage;

/// <summary>The table <c>datasets</c>.</summary>
public sealed class DatasetStore(NpgsqlDataSource source) : IDatasetStore
{
    public async Task AddAsync(string sha256, string name, byte[] text, CancellationToken cancellation = default)
    {
        Sha256Text.Check(text, sha256, $"The text {name}");
        var decoded = Encoding.UTF8.GetString(text);
        await source.Statement(
            """
            insert into datasets (sha256, name, bytes, characters, vocabulary) values ($1, $2, $3, $4, $5)
            on conflict (sha256) do nothing
            """,
            sha256, StorableText.Of(name), text, decoded.EnumerateRunes().Count(), Vocabulary.Of(decoded).Size).ExecuteAsync(cancellation);
    }

    public async Task<byte[]?> ReadAsync(string sha256, CancellationToken cancellation = default) =>
        await source.Statement("select bytes from datasets where sha256 = $1", sha256).ValueAsync<byte[]>(cancellation) is { } bytes
            ? Sha256Text.Check(bytes, sha256, "The stored text")
            : null;

    public Task<bool> ExistsAsync(string sha256, CancellationToken cancellation = default) =>
        source.Statement("select exists (select from datasets where sha256 = $1)", sha256).ValueAsync<bool>(cancellation);

    public Task<int?> CharactersAsync(string sha256, CancellationToken cancellation = default) =>
        source.Statement("select characters from datasets where sha256 = $1", sha256).ValueAsync<int?>(cancellation);

    public Task<string?> FindAsync(string name, CancellationToken cancellation = default) =>
        source.Statement("select sha256 from datasets where name = $1 order by added_at desc limit 1", name)
            .ValueAsync<string>(cancellation);
}
