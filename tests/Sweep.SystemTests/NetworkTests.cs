using Sweep.Processes;

namespace Sweep.SystemTests;

/// <summary>Two silos whose network is cut for a minute, while both still reach the database.</summary>
public sealed class NetworkTests(UndisturbedSweep undisturbed, ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan CutFor = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Silos_that_cannot_reach_each_other_leave_one_cluster_and_the_same_losses()
    {
        using var cable = NetworkCable.TryLay(out var refusal);
        Assert.SkipWhen(cable is null, refusal);
        var losses = await undisturbed.LossesAsync();
        await using var cluster = await RealCluster.StartAsync(silos: 0);
        var silos = new List<RealSilo>();
        foreach (var (address, prefix) in cable!.Sides)
            silos.Add(await cluster.AddSiloAsync(slots: 1, ["--address", address], prefix));
        await UndisturbedSweep.Grid.SubmitAsync(cluster, "cut", cable.Sides[0].Prefix);
        await cluster.EpochsAsync(10, Patience);

        cable.Cut();
        var joined = Task.Delay(CutFor, TestContext.Current.CancellationToken);
        var (dead, after) = await Waiting.UntilAsync("one of the two silos to be declared dead", TimeSpan.FromSeconds(30), async () =>
        {
            var members = await cluster.Database.LinesAsync("select silo_name from orleans_members where status = 6");
            return (members, members.Count == 1);
        });
        output.WriteLine($"{dead[0]} was declared dead after {after.TotalSeconds:0.0} s");
        var lost = silos.Single(silo => silo.Name == dead[0]);
        var code = await lost.EndAsync(TimeSpan.FromSeconds(30));
        output.WriteLine($"it ended with {code}: {lost.LastLines(2)}");
        await joined;
        cable.Join();
        // Its machine starts it again, as systemd would.
        var (back, where) = cable.Sides[silos.IndexOf(lost)];
        await cluster.AddSiloAsync(slots: 1, ["--address", back], where);

        await cluster.SweepIsOverAsync("cut", Patience);
        Violations.None(await new SweepProof(cluster.Database, "cut").ViolationsAsync(UndisturbedSweep.Grid.Epochs, losses));
    }
}
