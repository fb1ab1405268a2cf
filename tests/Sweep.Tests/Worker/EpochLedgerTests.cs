using Sweep.Silo.Delivery;

namespace Sweep.Tests.Worker;

public sealed class EpochLedgerTests
{
    [Fact]
    public async Task Whoever_asks_hears_when_all_that_was_queued_before_is_stored()
    {
        var ledger = new EpochLedger(_ => { });
        Assert.True(await ledger.WaitUntilStoredAsync());
        ledger.Queued();
        ledger.Queued();
        var two = ledger.WaitUntilStoredAsync();
        ledger.Queued();
        ledger.Done(accepted: true);
        Assert.False(two.IsCompleted);
        ledger.Done(accepted: true);
        Assert.True(await two);
        Assert.False(ledger.WaitUntilStoredAsync().IsCompleted);
    }

    [Fact]
    public async Task A_refusal_is_never_forgotten()
    {
        var ledger = new EpochLedger(_ => { });
        ledger.Queued();
        ledger.Done(accepted: false);
        ledger.Queued();
        var stored = ledger.WaitUntilStoredAsync();
        ledger.Done(accepted: true);
        Assert.False(await stored);
    }

    [Fact]
    public async Task Whoever_asks_after_a_refusal_of_the_database_hears_its_words_and_the_attempt_hears_them_once()
    {
        var heard = new List<StorageRefusedException>();
        var ledger = new EpochLedger(heard.Add);
        ledger.Queued();
        ledger.Queued();
        var before = ledger.WaitUntilStoredAsync();
        ledger.Refuse(new(new InvalidOperationException("first")));
        Assert.False(before.IsCompleted);
        ledger.Refuse(new(new InvalidOperationException("second")));
        Assert.Contains("first", (await Assert.ThrowsAsync<StorageRefusedException>(() => before)).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StorageRefusedException>(ledger.WaitUntilStoredAsync);
        Assert.Single(heard);
    }
}
