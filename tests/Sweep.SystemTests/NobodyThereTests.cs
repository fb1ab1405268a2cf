using Sweep.Processes;

namespace Sweep.SystemTests;

/// <summary>A test in which a sweep loses first its client and then every silo.</summary>
public sealed class NobodyThereTests(UndisturbedSweep undisturbed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_sweep_outlives_its_client_and_all_its_silos_and_goes_on_by_itself()
    {
        var losses = await undisturbed.LossesAsync(UndisturbedSweep.Part);
        await using var cluster = await RealCluster.StartAsync(silos: 2);
        using (var run = cluster.Start([.. UndisturbedSweep.Part.Arguments("left-alone")]))
        {
            await run.PrintedAsync("1/6");
            run.Send(ProcessSignal.Kill);
        }

        // The sweep goes on without its client, and other clients can watch it.
        var epochs = await cluster.Database.ValueAsync<long>("select count(*) from epochs");
        await cluster.EpochsAsync(epochs + 3, Patience);
        using var watch = cluster.Start("watch", "left-alone");
        await watch.PrintedAsync("left-alone: 6 trials");

        foreach (var silo in cluster.Silos)
            silo.Send(ProcessSignal.Kill);
        await Waiting.UntilAsync("the silos to end", Patience, () => Task.FromResult(cluster.Silos.Count == 0));
        await cluster.AddSiloAsync();
        await cluster.AddSiloAsync();

        // The watch that was started before is still running and shows the end.
        var (code, output, errors) = await watch.EndAsync(Patience);
        Assert.True(code == 0, $"watch ended with {code}: {errors}{output}");
        Assert.Contains("6/6", output, StringComparison.Ordinal);
        Violations.None(await new SweepProof(cluster.Database, "left-alone").ViolationsAsync(UndisturbedSweep.Part.Epochs, losses));
    }
}
