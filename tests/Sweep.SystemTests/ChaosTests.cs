using System.Diagnostics;
using Sweep.Processes;
using Sweep.Processes.Chaos;

namespace Sweep.SystemTests;

/// <summary>A sweep under a killer, with a fixed seed; <c>Sweep.Benchmarks chaos</c> goes on for as long as it is told, with any seed.</summary>
public sealed class ChaosTests(UndisturbedSweep undisturbed, ITestOutputHelper output)
{
    private const int Seed = 20;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task A_sweep_under_a_killer_ends_with_the_table_of_an_undisturbed_one()
    {
        var grid = UndisturbedSweep.Grid;
        var losses = await undisturbed.LossesAsync();
        await using var cluster = await RealCluster.StartAsync(silos: 3);
        var started = Stopwatch.GetTimestamp();
        var killer = new ChaosKiller(cluster, new Random(Seed), grid.Retries, act => output.WriteLine($"{Stopwatch.GetElapsedTime(started).TotalSeconds,6:0.0} s  {act}"));
        await ChaosRound.RunAsync(cluster, killer, grid, "disturbed", Limit);

        var proof = new SweepProof(cluster.Database, "disturbed");
        Violations.None(await proof.TrialsThatDidNotSucceedAsync());
        Violations.None(await proof.EpochsMissingOrTwiceAsync(grid.Epochs));
        Violations.None(await proof.LossesThatDifferAsync(losses));
        Violations.None(await proof.LeasesHeldTwiceAsync());
        Violations.None(await proof.StaleWritesAsync());
        Violations.None(await proof.RetriesUsedByLossesAsync());
        Violations.None(killer.Complaints);
        Assert.True(killer.Acts >= 6, $"the killer acted {killer.Acts} times: the sweep is too short to prove anything");
    }
}
