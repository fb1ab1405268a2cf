using Sweep.Processes;

namespace Sweep.SystemTests;

/// <summary>
/// A test with two silos on two simulated machines that use TLS. Their network is cut for a minute while both still reach the database.
/// </summary>
[Collection(TestsAlone.Name)]
public sealed class NetworkTests(UndisturbedSweep undisturbed, ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan CutFor = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Silos_that_cannot_reach_each_other_leave_one_cluster_whose_losses_are_unchanged()
    {
        using var cable = NetworkCable.TryLay(out var refusal);
        Assert.SkipWhen(cable is null, refusal);
        var losses = await undisturbed.LossesAsync(UndisturbedSweep.Part);
        await using var cluster = await RealCluster.StartAsync(silos: 0);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => cluster.AddSiloAsync(slots: 1, ["--address", cable!.Sides[0].Address], cable.Sides[0].Prefix));
        Assert.Matches("exit code 3 .*`sweep certs init AUTHORITY` and `sweep certs issue AUTHORITY --for silo", refused.Message);
        var (authority, forSilos, forClients) = (cluster.Join("authority"), cluster.Join("for-silos"), cluster.Join("for-clients"));
        await cluster.OutputAsync("certs", "init", authority);
        await cluster.OutputAsync("certs", "issue", authority, "--for", "silo", "--out", forSilos);
        await cluster.OutputAsync("certs", "issue", authority, "--for", "client", "--out", forClients);
        var silos = new List<RealSilo>();
        foreach (var (address, prefix) in cable!.Sides)
            silos.Add(await cluster.AddSiloAsync(slots: 1, ["--address", address, "--certificates", forSilos], prefix));
        await UndisturbedSweep.Part.SubmitAsync(cluster, "cut", [.. cable.Sides[0].Prefix, "env", $"SWEEP_CERTIFICATES={forClients}"]);
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
        // The lost silo is started again on its machine, as systemd would do it.
        var (back, where) = cable.Sides[silos.IndexOf(lost)];
        await cluster.AddSiloAsync(slots: 1, ["--address", back, "--certificates", forSilos], where);

        await cluster.SweepIsOverAsync("cut", Patience);
        Violations.None(await new SweepProof(cluster.Database, "cut").ViolationsAsync(UndisturbedSweep.Part.Epochs, losses));
    }
}
