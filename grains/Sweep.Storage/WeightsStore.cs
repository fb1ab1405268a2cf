using Npgsql;
using Sweep.Domain.Sweeps;
using Sweep.Storage.Connections;

namespace Sweep.Storage;

/// <summary>The table <c>weights</c>.</summary>
public sealed class WeightsStore(NpgsqlDataSource source) : IWeightsStore
{
    public Task AddAsync(string sha256, byte[] file, CancellationToken cancellation = default) => source.Statement(
        "insert into weights (sha256, data) values ($1, $2) on conflict (sha256) do nothing",
        sha256, Sha256Text.Check(file, sha256, "The file of weights")).ExecuteAsync(cancellation);

    public async Task<byte[]?> ReadAsync(string sha256, CancellationToken cancellation = default) =>
        await source.Statement("select data from weights where sha256 = $1", sha256).ValueAsync<byte[]>(cancellation) is { } file
            ? Sha256Text.Check(file, sha256, "The stored file of weights")
            : null;
}
