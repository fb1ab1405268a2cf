using static Sweep.Tests.Storage.StorageDatabase;

namespace Sweep.Tests.Storage;

public sealed class FolderStoreTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_folder_is_read_byte_for_byte_and_stored_once()
    {
        byte[] folder = [0, 1, 255];
        await database.Folders.AddAsync(Hash(folder), folder, Cancellation);
        await database.Folders.AddAsync(Hash(folder), folder, Cancellation);
        Assert.Equal(folder, await database.Folders.ReadAsync(Hash(folder), Cancellation));
        Assert.True(await database.Folders.ExistsAsync(Hash(folder), Cancellation));
        Assert.Null(await database.Folders.ReadAsync(new('0', 64), Cancellation));
        Assert.False(await database.Folders.ExistsAsync(new('0', 64), Cancellation));
    }

    [Fact]
    public async Task A_damaged_folder_is_neither_stored_nor_read()
    {
        byte[] folder = [4, 5, 6];
        await Assert.ThrowsAsync<InvalidDataException>(() => database.Folders.AddAsync(Hash([7]), folder, Cancellation));
        await database.Folders.AddAsync(Hash(folder), folder, Cancellation);
        await database.RunAsync($"update folders set bytes = bytes || 'x' where sha256 = '{Hash(folder)}'");
        await Assert.ThrowsAsync<InvalidDataException>(() => database.Folders.ReadAsync(Hash(folder), Cancellation));
    }

    [Fact]
    public async Task A_sweep_needs_its_folder_and_the_last_one_that_is_deleted_takes_it_along()
    {
        byte[] folder = [8, 9];
        var ids = new[] { await database.Reader.NextSweepIdAsync(Cancellation), await database.Reader.NextSweepIdAsync(Cancellation) };
        var missing = await Assert.ThrowsAsync<InvalidOperationException>(() => AddAsync(ids[0]));
        Assert.StartsWith($"The program's folder with SHA-256 {Hash(folder)} is not stored", missing.Message, StringComparison.Ordinal);
        await database.Folders.AddAsync(Hash(folder), folder, Cancellation);
        foreach (var id in ids)
            await AddAsync(id);
        await database.Sweeps.DeleteAsync(ids[0], Cancellation);
        Assert.True(await database.Folders.ExistsAsync(Hash(folder), Cancellation));
        await database.Sweeps.DeleteAsync(ids[1], Cancellation);
        Assert.False(await database.Folders.ExistsAsync(Hash(folder), Cancellation));

        Task<Domain.Sweeps.StoredSweep> AddAsync(int id) => database.Sweeps.AddAsync(
            id, ProgramSpec($"folder-{id}", folder), exactName: true, [], Cancellation);
    }
}
