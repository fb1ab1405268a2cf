using System.Text;

namespace Sweep.Tests.Storage;

public sealed class DatasetStoreTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_text_is_read_byte_for_byte_and_stored_once()
    {
        var text = "naïve 🎭\0\r\n"u8.ToArray();
        await database.AddDatasetAsync(text, "first");
        await database.AddDatasetAsync(text, "second");
        Assert.Equal(text, await database.Datasets.ReadAsync(StorageDatabase.Hash(text), Cancellation));
        Assert.Equal(
            1,
            await database.CountAsync(
                "datasets", $"sha256 = '{StorageDatabase.Hash(text)}' and name = 'first' and characters = 10 and vocabulary = 10"));
    }

    [Fact]
    public async Task An_unknown_hash_has_no_text()
    {
        Assert.Null(await database.Datasets.ReadAsync(new('0', 64), Cancellation));
        Assert.False(await database.Datasets.ExistsAsync(new('0', 64), Cancellation));
    }

    [Fact]
    public async Task The_existence_of_a_text_is_checked_without_reading_it()
    {
        var text = "there, and damaged"u8.ToArray();
        await database.AddDatasetAsync(text);
        await database.RunAsync($"update datasets set bytes = '' where sha256 = '{StorageDatabase.Hash(text)}'");
        Assert.True(await database.Datasets.ExistsAsync(StorageDatabase.Hash(text), Cancellation));
    }

    [Fact]
    public async Task Damaged_bytes_are_refused_with_both_hashes()
    {
        var text = "to be damaged"u8.ToArray();
        await database.AddDatasetAsync(text);
        await database.RunAsync($"update datasets set bytes = bytes || 'x' where sha256 = '{StorageDatabase.Hash(text)}'");
        var error = await Assert.ThrowsAsync<InvalidDataException>(
            () => database.Datasets.ReadAsync(StorageDatabase.Hash(text), Cancellation));
        Assert.Contains(StorageDatabase.Hash(text), error.Message, StringComparison.Ordinal);
        Assert.Contains(StorageDatabase.Hash("to be damagedx"u8.ToArray()), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_text_that_does_not_have_its_hash_is_not_stored() =>
        Assert.ThrowsAsync<InvalidDataException>(() => database.Datasets.AddAsync(new('0', 64), "wrong", "text"u8.ToArray(), Cancellation));

    [Fact]
    public async Task A_name_finds_its_newest_text()
    {
        Assert.Null(await database.Datasets.FindAsync("macbeth", Cancellation));
        foreach (var version in new[] { "one", "two" })
            await database.AddDatasetAsync(Encoding.UTF8.GetBytes(version), "macbeth");
        Assert.Equal(StorageDatabase.Hash("two"u8.ToArray()), await database.Datasets.FindAsync("macbeth", Cancellation));
    }
}
