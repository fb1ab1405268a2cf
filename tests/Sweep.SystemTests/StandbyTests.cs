using Sweep.Processes;

namespace Sweep.SystemTests;

/// <summary>Tests in which the primary is killed in the middle of a sweep and its standby takes over.</summary>
public sealed class StandbyTests(UndisturbedSweep undisturbed)
{
    private const string Name = "failed-over";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_sweep_ends_on_the_standby_with_the_same_results_and_the_old_primary_is_not_used_when_it_is_back()
    {
        var losses = await undisturbed.LossesAsync(UndisturbedSweep.ShortPart);
        await using var cluster = await RealCluster.StartAsync(silos: 0);
        await cluster.Database.AddStandbyAsync(synchronous: true);
        for (var silo = 0; silo < 2; silo++)
            await cluster.AddSiloAsync();
        await UndisturbedSweep.ShortPart.SubmitAsync(cluster, Name);
        using var watch = cluster.Start("watch", Name);
        await cluster.EpochsAsync(20, Patience);

        await cluster.Database.FailOverAsync();
        await cluster.EpochsAsync(40, Patience);
        await cluster.Database.BringBackAsync();
        var left = await cluster.Database.FirstValueAsync<string>(Written);
        await cluster.SweepIsOverAsync(Name, Patience);

        Violations.None(await new SweepProof(cluster.Database, Name).ViolationsAsync(UndisturbedSweep.ShortPart.Epochs, losses));
        // Nothing is trained twice, since each trial has a single attempt, which goes on after the kill.
        Violations.None(await cluster.Database.LinesAsync(
            "select format('trial %s: attempt %s %s', trial_id, attempt, event) from trial_events " +
            "where event not in ('leased', 'succeeded')"));
        Violations.None(
            await cluster.Database.LinesAsync("select format('trial %s is in attempt %s', id, attempt) from trials where attempt <> 1"));
        foreach (var silo in cluster.Silos)
            Assert.False(await cluster.IsDeclaredDeadAsync(silo), $"{silo.Name} was declared dead");
        Assert.Equal(0, (await watch.EndAsync(Patience)).Code);
        // New silos and clients find the new primary, although the old one answers first and still runs as a primary.
        Assert.Contains("completed", await cluster.OutputAsync("list"));
        await cluster.AddSiloAsync();
        await cluster.OutputAsync("delete", Name, "--yes");
        Assert.Equal(left, await cluster.Database.FirstValueAsync<string>(Written));
    }

    [Fact]
    public async Task Epochs_that_an_asynchronous_standby_lacks_are_trained_again_with_the_same_results()
    {
        var losses = await undisturbed.LossesAsync(UndisturbedSweep.ShortPart);
        await using var cluster = await RealCluster.StartAsync(silos: 0);
        await cluster.Database.AddStandbyAsync(synchronous: false);
        for (var silo = 0; silo < 2; silo++)
            await cluster.AddSiloAsync();
        await UndisturbedSweep.ShortPart.SubmitAsync(cluster, Name);
        await cluster.EpochsAsync(10, Patience);

        // The standby lacks the end of a trial, the attempts after it, the joining of one silo, and the death of another.
        await cluster.Database.CutOffStandbyAsync();
        var epochs = await cluster.Database.ValueAsync<long>("select count(*) from epochs");
        await cluster.AddSiloAsync();
        cluster.Silos[0].Dispose();
        await cluster.CountsAsync("two trials to succeed", 2, Patience, "select count(*) from trials where state = 'succeeded'");
        await cluster.Database.FailOverAsync();
        Assert.InRange(await cluster.Database.ValueAsync<long>("select count(*) from epochs"), 1, epochs + 5);

        // The silo that is missing in the standby's table of members ends, so another one is started.
        await cluster.AddSiloAsync();
        await cluster.SweepIsOverAsync(Name, Patience);
        Violations.None(await new SweepProof(cluster.Database, Name).ViolationsAsync(UndisturbedSweep.ShortPart.Epochs, losses));
    }

    /// <summary>A query of values that silos and clients change all the time, which must not change on the old primary.</summary>
    private const string Written =
        "select concat_ws(' ', (select count(*) from epochs), (select count(*) from sweeps), (select max(seen_at) from workers), " +
        "(select max(version) from orleans_versions))";
}
