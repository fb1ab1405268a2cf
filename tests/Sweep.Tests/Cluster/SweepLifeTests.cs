using Sweep.Domain.Protocol;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Simulation;
using Sweep.Storage;
using Sweep.Storage.Connections;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Cluster;

[Collection("silos")]
public sealed class SweepLifeTests(PostgresServer server)
{
    [Fact]
    public async Task Every_trial_of_a_sweep_succeeds_and_every_epoch_is_stored_once()
    {
        await using var silo = await TestSilo.StartAsync(server, new());
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("all", silo.Dataset, trials: 50));
        var end = await silo.EndAsync(id);
        Assert.Equal((SweepState.Completed, 50, 500L), (end.State, end.Succeeded, end.EpochsDone));
        Assert.Equal([500L], await silo.QueryAsync<long>("select count(*) from epochs"));
        Assert.Equal([50L], await silo.QueryAsync<long>("select count(*) from trials where best_epoch = 10 and attempt = 1"));
    }

    [Fact]
    public async Task The_same_submission_twice_is_one_sweep()
    {
        await using var silo = await TestSilo.StartAsync(server, new());
        var spec = SimulatedSweep.Spec("twice", silo.Dataset, trials: 3);
        var id = await silo.SubmitAsync(spec);
        Assert.Equal("twice", (await silo.Sweep(id).Submit(new(spec.ToJson(), ExactName: true))).Name);
        await silo.EndAsync(id);
        Assert.Equal([3L], await silo.QueryAsync<long>("select count(*) from trials"));
    }

    [Fact]
    public async Task A_taken_name_is_refused_or_gets_a_suffix()
    {
        await using var silo = await TestSilo.StartAsync(server, new());
        var spec = SimulatedSweep.Spec("name", silo.Dataset, trials: 1);
        await silo.SubmitAsync(spec);
        var refused = await silo.Sweep(await silo.Reader.NextSweepIdAsync(TestContext.Current.CancellationToken))
            .Submit(new(spec.ToJson(), ExactName: true));
        Assert.Contains("name exists already", refused.Refusal, StringComparison.Ordinal);
        var second = await silo.Sweep(await silo.Reader.NextSweepIdAsync(TestContext.Current.CancellationToken))
            .Submit(new(spec.ToJson(), ExactName: false));
        Assert.Equal("name-2", second.Name);
    }

    [Fact]
    public async Task A_sweep_without_its_dataset_is_refused()
    {
        await using var silo = await TestSilo.StartAsync(server, new());
        var reply = await silo.Sweep(1).Submit(new(SimulatedSweep.Spec("none", new string('0', 64), trials: 1).ToJson(), ExactName: true));
        Assert.Contains("is not stored", reply.Refusal, StringComparison.Ordinal);
        Assert.Empty(await silo.QueryAsync<long>("select id from sweeps"));
    }

    [Fact]
    public async Task A_trial_whose_trainer_dies_is_tried_again_and_then_fails_alone()
    {
        await using var silo = await TestSilo.StartAsync(server, new()
        {
            Fault = (train, epoch) => TrialId.From(train.Trial).Number == 2 && epoch == 5 ? new TrainerEvent.Stopped() : null,
        });
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("poison", silo.Dataset, trials: 4, retries: 2));
        var end = await silo.EndAsync(id);
        Assert.Equal((3, 1), (end.Succeeded, end.Failed));
        Assert.Equal(
            ["leased", "requeued", "leased", "requeued", "leased", "failed"],
            await silo.QueryAsync<string>($"select event from trial_events where trial_id = {new TrialId(id, 2).Value} order by id"));
        Assert.Equal([4L], await silo.QueryAsync<long>($"select count(*) from epochs where trial_id = {new TrialId(id, 2).Value}"));
    }

    [Fact]
    public async Task A_trial_that_diverges_fails_at_once()
    {
        await using var silo = await TestSilo.StartAsync(
            server, new() { Fault = (_, epoch) => epoch == 3 ? new TrainerEvent.Failed(FailureReason.Diverged, "epoch 3") : null });
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("diverge", silo.Dataset, trials: 1));
        Assert.Equal(1, (await silo.EndAsync(id)).Failed);
        Assert.Equal([1], await silo.QueryAsync<int>("select attempt from trials"));
        Assert.Contains(
            "epoch 3", (await silo.Reader.TrialsAsync(id, TestContext.Current.CancellationToken)).Single().Reason,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_paused_sweep_goes_on_where_it_was()
    {
        var gate = new SemaphoreSlim(0);
        await using var silo = await TestSilo.StartAsync(server, new() { Gate = gate });
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("pause", silo.Dataset, trials: 5));
        gate.Release(6);
        await silo.UntilAsync(id, sweep => sweep.EpochsDone == 6, "six epochs");
        var asked = TimeProvider.System.GetTimestamp();
        Assert.True((await silo.Sweep(id).Pause()).Accepted);
        await silo.UntilAsync(id, sweep => sweep is { State: SweepState.Paused, Running: 0, Queued: 5 }, "nothing to run");
        Assert.True(TimeProvider.System.GetElapsedTime(asked) < TimeSpan.FromSeconds(2));
        Assert.True((await silo.Sweep(id).Pause()).Accepted);
        asked = TimeProvider.System.GetTimestamp();
        Assert.True((await silo.Sweep(id).Resume()).Accepted);
        await silo.UntilAsync(id, sweep => sweep.Running == 2, "two trials to run again");
        Assert.True(TimeProvider.System.GetElapsedTime(asked) < TimeSpan.FromSeconds(2));
        gate.Release(1_000);
        Assert.Equal(5, (await silo.EndAsync(id)).Succeeded);
        Assert.Equal([50L], await silo.QueryAsync<long>("select count(*) from epochs"));
        // The epochs of the first attempts were not trained again.
        Assert.Equal(
            [6L],
            await silo.QueryAsync<long>(
                "select count(*) from epochs where attempt = 1 and trial_id in "
                    + "(select trial_id from checkpoints union select id from trials where attempt = 2)"));
    }

    [Fact]
    public async Task A_cancelled_sweep_stops_within_two_seconds()
    {
        await using var silo = await TestSilo.StartAsync(server, new() { Gate = new SemaphoreSlim(0) });
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("cancel", silo.Dataset, trials: 5));
        await silo.UntilAsync(id, sweep => sweep.Running == 2, "two trials to run");
        var started = TimeProvider.System.GetTimestamp();
        Assert.True((await silo.Sweep(id).Cancel(null)).Accepted);
        await silo.UntilAsync(id, sweep => sweep is { State: SweepState.Cancelled, Cancelled: 5 }, "all to be cancelled");
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task One_cancelled_trial_leaves_the_others_alone_and_may_be_tried_again()
    {
        var gate = new SemaphoreSlim(0);
        await using var silo = await TestSilo.StartAsync(server, new() { Gate = gate });
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("one", silo.Dataset, trials: 4));
        await silo.UntilAsync(id, sweep => sweep.Running == 2, "two trials to run");
        Assert.True((await silo.Sweep(id).Cancel(1)).Accepted);
        Assert.True((await silo.Sweep(id).Cancel(4)).Accepted);
        Assert.False((await silo.Sweep(id).Cancel(5)).Accepted);
        await silo.UntilAsync(id, sweep => sweep.Cancelled == 2, "two trials to be cancelled");
        gate.Release(1_000);
        Assert.Equal((2, 2), (await silo.EndAsync(id)) is var end ? (end.Succeeded, end.Cancelled) : default);
        Assert.True((await silo.Sweep(id).Retry(4)).Accepted);
        gate.Release(1_000);
        await silo.UntilAsync(id, sweep => sweep is { State: SweepState.Completed, Succeeded: 3 }, "the trial that was tried again");
        Assert.False((await silo.Sweep(id).Retry(4)).Accepted);
    }

    [Fact]
    public async Task A_deleted_sweep_leaves_no_row()
    {
        await using var silo = await TestSilo.StartAsync(server, new() { FinalCheckpoint = true });
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("gone", silo.Dataset, trials: 3));
        await silo.EndAsync(id);
        Assert.Equal([3L], await silo.QueryAsync<long>("select count(*) from checkpoints"));
        Assert.True((await silo.Sweep(id).Delete()).Accepted);
        Assert.Empty(await silo.QueryAsync<int>("select id from sweeps"));
        // The command erases the rows after it has deleted the sweep. A silo does so when the command is interrupted.
        await using var source = Database.Open(silo.ConnectionString);
        while (await new DeletedSweeps(source).EraseAsync(id, TestContext.Current.CancellationToken) > 0)
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        Assert.Equal(
            [0L],
            await silo.QueryAsync<long>(
                "select (select count(*) from sweeps) + (select count(*) from trials) + (select count(*) from epochs) "
                    + "+ (select count(*) from checkpoints) + (select count(*) from trial_events)"));
    }

    [Fact]
    public async Task Only_the_best_trials_keep_their_checkpoints()
    {
        await using var silo = await TestSilo.StartAsync(server, new() { FinalCheckpoint = true });
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("keep", silo.Dataset, trials: 6, checkpoint: new(30, Keep: 2)));
        await silo.EndAsync(id);
        var best = (await silo.Reader.TrialsAsync(id, TestContext.Current.CancellationToken))
            .OrderBy(trial => trial.BestScore)
            .Take(2)
            .Select(trial => new TrialId(id, trial.Number).Value)
            .Order();
        Assert.Equal(best, await silo.QueryAsync<long>("select trial_id from checkpoints order by 1"));
    }
}
