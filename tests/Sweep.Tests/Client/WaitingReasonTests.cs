using Sweep.Client.Live;
using Sweep.Domain.Scheduling;
using Sweep.Domain.Sweeps;
using Sweep.Storage.Reading;

namespace Sweep.Tests.Client;

public sealed class WaitingReasonTests
{
    private static readonly ResourceSpec Four = new(Slots: 4, Require: ["gpu=h200"]);

    private static WorkerOverview Worker(
        int slots, string[]? labels = null, bool alive = true, WorkerState state = WorkerState.Active, string? message = null) =>
        new(
            "w-1", "host", 1, [.. Enumerable.Repeat("cpu", slots)], labels ?? [], 0, alive, state, message,
            DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

    [Fact]
    public void Trials_wait_when_no_worker_is_alive() =>
        Assert.Contains("no worker is alive", WaitingReason.Of(new(), [Worker(1, alive: false)]), StringComparison.Ordinal);

    [Fact]
    public void Trials_wait_when_every_worker_is_quarantined() => Assert.Equal(
        "no worker takes trials: w-1 is quarantined (no driver)",
        WaitingReason.Of(new(), [Worker(1, state: WorkerState.Quarantined, message: "no driver")]));

    [Fact]
    public void Trials_wait_when_no_worker_has_their_labels() =>
        Assert.Contains("labels gpu=h200", WaitingReason.Of(Four, [Worker(4, ["gpu=h100"])]), StringComparison.Ordinal);

    [Fact]
    public void Trials_wait_when_no_worker_has_enough_slots() =>
        Assert.Contains(
            "takes 4 slots, and the largest worker has 3",
            WaitingReason.Of(Four, [Worker(8), Worker(3, ["gpu=h200"])]),
            StringComparison.Ordinal);

    [Fact]
    public void Trials_that_wait_for_busy_workers_have_no_reason_to_show() =>
        Assert.Null(WaitingReason.Of(Four, [Worker(4, ["gpu=h200"])]));
}
