using Sweep.Processes;

namespace Sweep.SystemTests;

/// <summary>Tests with silos that die, freeze, join and leave.</summary>
[Collection(TestsAlone.Name)]
public sealed class LostSiloTests(ITestOutputHelper output)
{
    /// <summary>The exit code of a silo that finds itself declared dead.</summary>
    private const int DeclaredDead = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_killed_silo_is_declared_dead_and_its_trial_trains_elsewhere()
    {
        await using var cluster = await RealCluster.StartAsync(silos: 2);
        var killed = await OneTrialTrainsAsync(cluster, epochs: 2);
        var trials = await cluster.TrialsOnAsync(killed);
        killed.Send(ProcessSignal.Kill);

        var dead = await cluster.DeclaredDeadAsync(killed, TimeSpan.FromSeconds(10));
        var leased = await cluster.LeasedElsewhereAsync(trials, killed, TimeSpan.FromSeconds(10));
        output.WriteLine($"declared dead after {dead.TotalSeconds:0.0} s, leased elsewhere after another {leased.TotalSeconds:0.0} s");
        Assert.Equal(["lost worker_lost"], await EndsAsync(cluster));
        Assert.Equal(0, await cluster.Database.ValueAsync<int>("select failures from trials"));
    }

    [Fact]
    public async Task A_frozen_silo_that_continues_changes_nothing_and_ends()
    {
        await using var cluster = await RealCluster.StartAsync(silos: 2);
        var frozen = await OneTrialTrainsAsync(cluster, epochs: 2);
        var (trials, trainers) = (await cluster.TrialsOnAsync(frozen), frozen.Trainers);
        frozen.Send(ProcessSignal.Stop);

        var dead = await cluster.DeclaredDeadAsync(frozen, TimeSpan.FromSeconds(30));
        var other = cluster.Silos.Single(silo => silo != frozen);
        await cluster.LeasedElsewhereAsync(trials, frozen, TimeSpan.FromSeconds(10));
        await cluster.TrialsAdvanceOnAsync(other, epochs: 2, Patience);
        frozen.Send(ProcessSignal.Continue);

        var code = await frozen.EndAsync(TimeSpan.FromSeconds(30));
        output.WriteLine($"declared dead after {dead.TotalSeconds:0.0} s; ended with {code}: {frozen.LastLines(2)}");
        await Waiting.UntilAsync(
            $"the trainers {string.Join(", ", trainers)} to end", TimeSpan.FromSeconds(10),
            () => Task.FromResult(!trainers.Any(ProcessTable.IsAlive)));
        // The trial on the other silo was not disturbed and goes on.
        await cluster.TrialsAdvanceOnAsync(other, epochs: 4, Patience);
        Assert.Equal(2, await cluster.Database.ValueAsync<int>("select attempt from trials"));
        var proof = new SweepProof(cluster.Database, "endless");
        Violations.None(await proof.StaleWritesAsync());
        Violations.None(await proof.LeasesHeldTwiceAsync());
        Assert.Contains($"silo: {frozen.Name} was declared dead", frozen.LastLines(), StringComparison.Ordinal);
        Assert.Equal(DeclaredDead, code);
    }

    [Fact]
    public async Task Writes_of_an_older_attempt_are_refused_and_counted()
    {
        await using var cluster = await RealCluster.StartAsync(silos: 2);
        var first = await OneTrialTrainsAsync(cluster, epochs: 2);
        var before = await first.MetricAsync("sweep_writes_refused_total") ?? 0;
        // This raises the trial's attempt while the old attempt still trains, as happens when a silo was away for a long time.
        await cluster.Database.ValueAsync<int>("update trials set attempt = attempt + 1 returning attempt");
        await Waiting.UntilAsync("the refused writes to be counted", Patience, async () =>
        {
            var refused = await first.MetricAsync("sweep_writes_refused_total");
            return (refused, refused > before);
        });
        Assert.Equal(0, await cluster.Database.ValueAsync<long>("select count(*) from epochs where attempt > 1"));
    }

    [Fact]
    public async Task A_silo_added_in_the_middle_trains_within_three_seconds_of_being_ready()
    {
        await using var cluster = await RealCluster.StartAsync(silos: 1);
        await TrainingGrid.Endless(trials: 3).SubmitAsync(cluster, "endless");
        await TrainingSiloAsync(cluster);
        var added = await cluster.AddSiloAsync();
        var leased = await cluster.TrialsRunOnAsync(added, 1, TimeSpan.FromSeconds(3));
        output.WriteLine($"leased {leased.TotalSeconds:0.00} s after it was ready");
        await cluster.TrialsAdvanceOnAsync(added, epochs: 1, Patience);
    }

    [Fact]
    public async Task A_silo_that_is_stopped_gives_its_trials_back_and_no_epoch_is_trained_twice()
    {
        await using var cluster = await RealCluster.StartAsync(silos: 2);
        var stopped = await OneTrialTrainsAsync(cluster, epochs: 3);
        stopped.Send(ProcessSignal.Terminate);
        Assert.Equal(0, await stopped.EndAsync(TimeSpan.FromSeconds(30)));
        var trained = await cluster.Database.ValueAsync<long>("select count(*) from epochs where attempt = 1");

        await cluster.TrialsAdvanceOnAsync(cluster.Silos.Single(), epochs: 3, Patience);
        // An epoch that was trained again would have replaced the row of the first attempt.
        Assert.Equal(trained, await cluster.Database.ValueAsync<long>("select count(*) from epochs where attempt = 1"));
        Assert.Equal(trained + 1, await cluster.Database.ValueAsync<int>("select min(epoch) from epochs where attempt = 2"));
        var proof = new SweepProof(cluster.Database, "endless");
        Violations.None(await proof.RetriesUsedByLossesAsync());
        Violations.None(await proof.StaleWritesAsync());
        Assert.Equal(0, await cluster.Database.ValueAsync<int>("select losses from trials"));
    }

    /// <summary>Starts a sweep of one trial, so that one silo trains and the other has a free slot.</summary>
    /// <returns>The silo that trains the trial.</returns>
    private static async Task<RealSilo> OneTrialTrainsAsync(RealCluster cluster, int epochs)
    {
        await TrainingGrid.Endless(trials: 1).SubmitAsync(cluster, "endless");
        var silo = await TrainingSiloAsync(cluster);
        await cluster.TrialsAdvanceOnAsync(silo, epochs, Patience);
        return silo;
    }

    /// <summary>Waits for a silo that trains, and returns it.</summary>
    private static async Task<RealSilo> TrainingSiloAsync(RealCluster cluster) =>
        (await Waiting.UntilAsync<RealSilo?>("a silo to train", Patience, async () =>
        {
            var name = await cluster.Database.ValueAsync<string>("select worker from trials where state = 'running' order by id limit 1");
            var silo = cluster.Silos.FirstOrDefault(silo => silo.Name == name);
            return (silo, silo is not null);
        })).Found!;

    /// <summary>Returns the event and the reason of each end of an attempt.</summary>
    private static Task<IReadOnlyList<string>> EndsAsync(RealCluster cluster) =>
        cluster.Database.LinesAsync("select concat_ws(' ', event, reason) from trial_events where event <> 'leased' order by id");
}
