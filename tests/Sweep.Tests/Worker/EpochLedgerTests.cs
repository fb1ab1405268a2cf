using Sweep.Silo.Delivery;

namespace Sweep.Tests.Worker;

public sealed class EpochLedgerTests
{
    [Fact]
    public async Task A_wait_ends_when_every_epoch_that_was_queued_before_it_is_stored()
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
    public async Task A_refusal_is_kept_for_good()
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
    public async Task A_wait_after_a_refusal_of_the_database_fails_with_its_message_and_the_attempt_gets_it_once()
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
