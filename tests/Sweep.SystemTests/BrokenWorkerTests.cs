using Sweep.Processes;

namespace Sweep.SystemTests;

/// <summary>A worker without libtorch beside a working one.</summary>
public sealed class BrokenWorkerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_worker_that_cannot_train_takes_itself_out_and_no_trial_loses_a_retry()
    {
        await using var cluster = await RealCluster.StartAsync(silos: 0);
        var broken = await cluster.AddSiloAsync(slots: 1, [], ["env", "SWEEP_LIBTORCH=/nowhere"]);
        var grid = new TrainingGrid(["rnn"], [10, 20, 30], Epochs: 2, Retries: 0);
        await grid.SubmitAsync(cluster, "spared");
        await cluster.CountsAsync(
            "the broken worker to be quarantined", 1, Patience, "select count(*) from workers where state = 'quarantined'");
        Assert.Contains(
            "libtorch cannot be loaded from /nowhere", await cluster.OutputAsync("workers", "-o", "csv"), StringComparison.Ordinal);

        var sound = await cluster.AddSiloAsync();
        await cluster.SweepIsOverAsync("spared", Patience);
        Assert.Equal(
            ["succeeded 0 0"], await cluster.Database.LinesAsync("select distinct concat_ws(' ', state, failures, losses) from trials"));
        Assert.Equal(
            3,
            await cluster.Database.ValueAsync<long>(
                "select count(*) from trial_events where event = 'requeued' and reason = 'worker_unfit' and worker = $1", broken.Name));
        Assert.Equal(
            3,
            await cluster.Database.ValueAsync<long>(
                "select count(*) from trial_events where event = 'succeeded' and worker = $1", sound.Name));

        // The broken worker can be drained by the beginning of its name, and then ends with exit code 0.
        await cluster.OutputAsync("drain", broken.Name[..^2]);
        Assert.Equal(0, await broken.EndAsync(Patience));
    }
}
