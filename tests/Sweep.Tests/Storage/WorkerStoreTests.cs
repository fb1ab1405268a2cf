using Sweep.Domain.Scheduling;
using Sweep.Storage;
using Sweep.Storage.Reading;

namespace Sweep.Tests.Storage;

public sealed class WorkerStoreTests(StorageDatabase database) : IClassFixture<StorageDatabase>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_that_renews_is_alive_until_it_is_gone_and_alive_when_it_renews_again()
    {
        var store = new WorkerStore(database.Source);
        var worker = new WorkerRecord("w-seen", "host", 42, ["cpu", "cuda:0"], ["gpu=h200"]);
        await store.SeenAsync(worker, new(0), Cancellation);
        await store.SeenAsync(worker, new(2, WorkerState.Quarantined, "no driver"), Cancellation);
        var seen = await OverviewAsync("w-seen");
        Assert.Equal((true, 2, "host", 42), (seen.Alive, seen.Busy, seen.Host, seen.ProcessId));
        Assert.Equal((WorkerState.Quarantined, "no driver"), (seen.State, seen.Message));
        Assert.Equal(["cpu", "cuda:0"], seen.Devices);
        Assert.Equal(["gpu=h200"], seen.Labels);

        await store.GoneAsync("w-seen", Cancellation);
        await store.GoneAsync("w-seen", Cancellation);
        Assert.Equal((false, 0), ((await OverviewAsync("w-seen")).Alive, (await OverviewAsync("w-seen")).Busy));

        await store.SeenAsync(worker, new(1), Cancellation);
        Assert.True((await OverviewAsync("w-seen")).Alive);
    }

    [Fact]
    public async Task A_worker_that_is_silent_for_ten_seconds_is_not_alive()
    {
        await new WorkerStore(database.Source).SeenAsync(new("w-silent", "host", 1, ["cpu"], []), new(0), Cancellation);
        await database.RunAsync("update workers set seen_at = seen_at - interval '11 seconds' where name = 'w-silent'");
        Assert.False((await OverviewAsync("w-silent")).Alive);
    }

    private async Task<WorkerOverview> OverviewAsync(string name) =>
        (await database.Reader.WorkersAsync(Cancellation)).Single(worker => worker.Name == name);
}
