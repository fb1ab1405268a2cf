using Sweep.Silo.Worker;

namespace Sweep.Tests.Worker;

public sealed class EpochLedgerTests
{
    [Fact]
    public async Task Whoever_asks_hears_when_all_that_was_queued_before_is_stored()
    {
        var ledger = new EpochLedger();
        Assert.True(await ledger.StoredAsync());
        ledger.Queued();
        ledger.Queued();
        var two = ledger.StoredAsync();
        ledger.Queued();
        ledger.Done(accepted: true);
        Assert.False(two.IsCompleted);
        ledger.Done(accepted: true);
        Assert.True(await two);
        Assert.False(ledger.StoredAsync().IsCompleted);
    }

    [Fact]
    public async Task A_refusal_is_never_forgotten()
    {
        var ledger = new EpochLedger();
        ledger.Queued();
        ledger.Done(accepted: false);
        ledger.Queued();
        var stored = ledger.StoredAsync();
        ledger.Done(accepted: true);
        Assert.False(await stored);
    }
}
