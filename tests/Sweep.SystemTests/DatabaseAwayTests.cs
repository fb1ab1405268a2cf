using Sweep.Processes;

namespace Sweep.SystemTests;

/// <summary>Tests in which PostgreSQL is stopped and started again, or its connections are cut, while trials train.</summary>
[Collection(TestsAlone.Name)]
public sealed class DatabaseAwayTests(UndisturbedSweep undisturbed)
{
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Training_goes_on_without_the_database_and_is_stored_when_the_database_is_back()
    {
        await using var cluster = await RealCluster.StartAsync(silos: 2);
        await TrainingGrid.Endless(trials: 2).SubmitAsync(cluster, "endless");
        foreach (var silo in cluster.Silos)
            await cluster.TrialsAdvanceOnAsync(silo, epochs: 2, Patience);

        await cluster.Database.TakeAwayAsync(ProcessSignal.Quit);
        var over = Task.Delay(Away, TestContext.Current.CancellationToken);
        var trained = await TrainedAsync(cluster);
        // The check is made twice, since the first new epochs may have been trained before the database was away.
        for (var more = 1; more <= 2; more++)
        {
            foreach (var (silo, before) in trained)
            {
                await Waiting.UntilAsync($"{silo.Name} to train more than {before} epochs without a database", Away / 2, async () =>
                {
                    var now = await silo.MetricAsync("sweep_epochs_total");
                    return (now, now > before + 3);
                });
            }

            trained = await TrainedAsync(cluster);
        }

        await over;
        trained = await TrainedAsync(cluster);
        await cluster.Database.BringBackAsync();

        // Every epoch that was trained in the meantime is stored once, by the attempts that were running.
        await cluster.CountsAsync("all epochs to be stored", (long)trained.Values.Sum(), Patience, "select count(*) from epochs");
        Assert.Equal(["1", "1"], await cluster.Database.LinesAsync("select attempt::text from trials"));
        Assert.Equal(["running", "running"], await cluster.Database.LinesAsync("select state from trials"));
        Violations.None(await cluster.Database.LinesAsync(
            "select format('trial %s lacks epochs', trial_id) from epochs group by trial_id having count(*) <> max(epoch)"));
        foreach (var silo in cluster.Silos)
        {
            Assert.False(await cluster.IsDeclaredDeadAsync(silo), $"{silo.Name} was declared dead");
            // Each part of a silo logs the absence once. Orleans alone would log it every five seconds with a stack trace.
            var warnings = silo.Log.Split('\n').Where(line => line.StartsWith("warn: ", StringComparison.Ordinal)).ToList();
            Assert.True(warnings.Count is >= 1 and <= 8, $"{warnings.Count} warnings:\n{string.Join('\n', warnings)}");
        }

        Violations.None(await new SweepProof(cluster.Database, "endless").StaleWritesAsync());
        // Training goes on without any action of a user.
        foreach (var silo in cluster.Silos)
            await cluster.TrialsAdvanceOnAsync(silo, epochs: (int)trained[silo] + 2, Patience);
    }

    [Fact]
    public async Task Connections_that_are_cut_every_second_change_no_result()
    {
        var losses = await undisturbed.LossesAsync(UndisturbedSweep.Part);
        await using var cluster = await RealCluster.StartAsync(silos: 2);
        await UndisturbedSweep.Part.SubmitAsync(cluster, "cut-off");
        await cluster.EpochsAsync(5, Patience);
        using var over = new CancellationTokenSource();
        var cuts = CutAsync(cluster.Database, over.Token);
        await cluster.SweepIsOverAsync("cut-off", Patience);
        await over.CancelAsync();
        Assert.True(await cuts >= 5, "the sweep was over before it was disturbed");
        Violations.None(await new SweepProof(cluster.Database, "cut-off").ViolationsAsync(UndisturbedSweep.Part.Epochs, losses));
        foreach (var silo in cluster.Silos)
            Assert.False(await cluster.IsDeclaredDeadAsync(silo), $"{silo.Name} was declared dead");
    }

    /// <summary>Ends every connection except its own, once a second.</summary>
    /// <returns>The number of cuts.</returns>
    private static async Task<int> CutAsync(RealDatabase database, CancellationToken over)
    {
        for (var cuts = 0; ; cuts++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (over.IsCancellationRequested)
                return cuts;
            await Waiting.UntilAsync("the connections to be cut", Patience, async () => (0, await database.ValueAsync<bool>(
                "select bool_and(pg_terminate_backend(pid)) from pg_stat_activity " +
                "where pid <> pg_backend_pid() and backend_type = 'client backend'")));
        }
    }

    private static async Task<Dictionary<RealSilo, double>> TrainedAsync(RealCluster cluster)
    {
        var trained = new Dictionary<RealSilo, double>();
        foreach (var silo in cluster.Silos)
            trained[silo] = await silo.MetricAsync("sweep_epochs_total") ?? 0;
        return trained;
    }
}
