using Sweep.Processes;

namespace Sweep.SystemTests;

/// <summary>A test of a trainer that hangs, as it may on a device or a disk that does not answer.</summary>
[Collection(TestsAlone.Name)]
public sealed class StalledTrainerTests(UndisturbedSweep undisturbed)
{
    private const string Sweep = "stalled";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_trainer_that_is_frozen_is_ended_and_its_trial_has_the_losses_of_an_undisturbed_run()
    {
        var grid = UndisturbedSweep.Grid with { Cells = ["rnn"], Lengths = [10, 20], StallLimit = 5 };
        var losses = await undisturbed.LossesAsync(grid);
        await using var cluster = await RealCluster.StartAsync(silos: 1);
        await grid.SubmitAsync(cluster, Sweep);
        await cluster.EpochsAsync(3, Patience);
        var frozen = ProcessTable.Children(cluster.Silos[0].Id, "Sweep.Trainer")[0];
        ProcessSignal.Stop.Send(frozen);
        await cluster.SweepIsOverAsync(Sweep, Patience);
        Assert.False(ProcessTable.IsAlive(frozen), "the frozen trainer lives on");
        Assert.Equal(["requeued"], await cluster.Database.LinesAsync("select event from trial_events where reason = 'stalled'"));
        Assert.Equal(1, await cluster.Database.ValueAsync<long>("select count(*) from trials where failures = 1 and losses = 0"));
        var proof = new SweepProof(cluster.Database, Sweep);
        Violations.None(
        [
            .. await proof.TrialsThatDidNotSucceedAsync(), .. await proof.EpochsMissingOrTwiceAsync(grid.Epochs),
            .. await proof.LossesThatDifferAsync(losses),
            .. await proof.LeasesHeldTwiceAsync(), .. await proof.StaleWritesAsync(),
        ]);
    }
}
