using Sweep.Processes;

namespace Sweep.SystemTests;

/// <summary>A test in which PostgreSQL's disk is full while trials train.</summary>
public sealed class FullDiskTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_full_disk_raises_an_alarm_and_nothing_is_lost()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "a disk of the test's own needs root (mount -t tmpfs)");
        Assert.SkipUnless(SmallDisk.IsPermitted, "mount -t tmpfs is not permitted here");
        var disk = new SmallDisk(megabytes: 400);
        await using var cluster = await RealCluster.StartAsync(silos: 1, disk);
        var silo = cluster.Silos.Single();
        await TrainingGrid.Endless(trials: 1).SubmitAsync(cluster, "endless");
        await cluster.TrialsAdvanceOnAsync(silo, epochs: 2, Patience);

        disk.Fill();
        await Waiting.UntilAsync(
            "the full disk to be said", Patience,
            () => Task.FromResult(silo.Log.Contains("PostgreSQL's disk is full", StringComparison.Ordinal)));
        Assert.True(await silo.MetricAsync("sweep_storage_failures_total") > 0);
        var trained = await silo.MetricAsync("sweep_epochs_total") ?? 0;
        await Waiting.UntilAsync("training to go on", Patience, async () =>
        {
            var now = await silo.MetricAsync("sweep_epochs_total");
            return (now, now > trained + 3);
        });

        trained = await silo.MetricAsync("sweep_epochs_total") ?? 0;
        disk.Free();
        await cluster.Database.EnsureUpAsync();
        await cluster.CountsAsync("all epochs to be stored", (long)trained, Patience, "select count(*) from epochs");
        Assert.Equal(["1 running"], await cluster.Database.LinesAsync("select concat_ws(' ', attempt, state) from trials"));
        Violations.None(await cluster.Database.LinesAsync(
            "select format('trial %s lacks epochs', trial_id) from epochs group by trial_id having count(*) <> max(epoch)"));
    }
}
