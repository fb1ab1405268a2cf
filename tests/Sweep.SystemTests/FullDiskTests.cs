using System.Diagnostics;
using Sweep.Processes;

namespace Sweep.SystemTests;

/// <summary>PostgreSQL has no room left while trials train.</summary>
public sealed class FullDiskTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_full_disk_is_said_loudly_and_nothing_is_lost()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "a disk of the test's own needs root (mount -t tmpfs)");
        await using var cluster = await RealCluster.StartAsync(silos: 0, diskMegabytes: 400);
        Assert.SkipWhen(cluster is null, "mount -t tmpfs is not permitted here");
        var silo = await cluster.AddSiloAsync();
        await TrainingGrid.Endless(trials: 1).SubmitAsync(cluster, "endless");
        await cluster.TrialsAdvanceOnAsync(silo, epochs: 2, Patience);

        cluster.FillDisk();
        await Waiting.UntilAsync("the full disk to be counted", Patience, async () => (await silo.MetricAsync("sweep_storage_failures_total") is > 0, await silo.MetricAsync("sweep_storage_failures_total") is > 0));
        var trained = await silo.MetricAsync("sweep_epochs_total") ?? 0;
        await Waiting.UntilAsync("training to go on", Patience, async () =>
        {
            var now = await silo.MetricAsync("sweep_epochs_total");
            return (now, now > trained + 3);
        });
        Assert.Contains("PostgreSQL's disk is full", silo.Log, StringComparison.Ordinal);

        trained = await silo.MetricAsync("sweep_epochs_total") ?? 0;
        await cluster.FreeDiskAsync();
        await cluster.CountsAsync("all epochs to be stored", (long)trained, Patience, "select count(*) from epochs");
        Assert.Equal(["1 running"], await cluster.Database.LinesAsync("select concat_ws(' ', attempt, state) from trials"));
        Violations.None(await cluster.Database.LinesAsync("select format('trial %s lacks epochs', trial_id) from epochs group by trial_id having count(*) <> max(epoch)"));
    }
}
