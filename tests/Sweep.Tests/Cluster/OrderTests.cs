using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Simulation;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Cluster;

/// <summary>Tests that an order holds from its answer on, whichever process dies and whatever is under way at that moment.</summary>
[Collection("silos")]
public sealed class OrderTests(PostgresServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<TrainerEvent> Ends =>
        [new TrainerEvent.Stopped(), new TrainerEvent.Failed(FailureReason.OutOfMemory, "out of memory")];

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task A_trial_that_is_granted_to_the_same_worker_again_is_renewed_there(TrainerEvent end)
    {
        var gate = new SemaphoreSlim(0);
        await using var silo = await TestSilo.StartAsync(
            server, new() { Gate = gate, Fault = (train, epoch) => train.Trial > 0 && train.Attempt == 1 && epoch == 2 ? end : null },
            slots: 2);
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("again", silo.Dataset, trials: 1));
        // Two permits, one for each epoch, let the first attempt end. The slot's self-test takes one for each cell.
        gate.Release(2 + Enum.GetValues<CellKind>().Length);
        await Poll.UntilAsync(async () => (await AttemptsAsync(silo)).Contains(2), "the second attempt to be leased");
        // A lease that is not renewed counts as missing after half of its time, and as expired after all of it.
        await Poll.UntilAsync(
            async () => await silo.QueryAsync<int>(
                "select 1 from trial_events where event = 'leased' and attempt = 2 and at < clock_timestamp() - interval '9 s'") is [_],
            "the second attempt to be older than a lease that is missing");
        gate.Release(1_000);
        await silo.EndAsync(id);
        Assert.Equal([1, 2], await AttemptsAsync(silo));
        Assert.Equal([0], await silo.QueryAsync<int>("select losses from trials"));
    }

    [Fact]
    public async Task A_trial_that_is_cancelled_while_its_slot_is_tested_trains_no_more()
    {
        var (gate, tests) = (new SemaphoreSlim(0), new TaskCompletionSource());
        await using var silo = await TestSilo.StartAsync(
            server,
            new()
            {
                Gate = gate,
                Fault = (train, _) =>
                {
                    if (train.Trial > 0)
                        return new TrainerEvent.Failed(FailureReason.TrainerError, "bad");
                    tests.TrySetResult();
                    return null;
                },
            },
            slots: 1);
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("tested", silo.Dataset, trials: 1));
        // The first permit lets the attempt fail; the self-test that follows waits for a second one.
        gate.Release(1);
        await Poll.UntilAsync(async () => (await silo.OverviewAsync(id)).Running == 1, "the trial to run");
        Assert.True((await silo.Sweep(id).Cancel(1)).Accepted);
        gate.Release(1_000);
        await silo.EndAsync(id);
        Assert.Equal(
            (1, "cancelled"),
            (Assert.Single(await AttemptsAsync(silo)), Assert.Single(await silo.QueryAsync<string>("select state from trials"))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sweep_that_is_cancelled_or_paused_stops_even_when_its_scheduler_is_activated_anew(bool cancel)
    {
        var gate = new SemaphoreSlim(0);
        await using var silo = await TestSilo.StartAsync(server, new() { Gate = gate }, slots: 2);
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("forgotten", silo.Dataset, trials: 3, epochs: 1_000));
        await silo.UntilAsync(id, sweep => sweep.Running == 2, "two to run");
        await silo.RestartSchedulerAsync();
        Assert.True((await OrderAsync()).Accepted);
        await silo.RestartSchedulerAsync();
        await silo.UntilAsync(id, sweep => sweep.Running == 0, "both to stop");
        // The user may give the same order again.
        Assert.True((await OrderAsync()).Accepted);
        Assert.Equal(cancel ? "cancelled" : "queued", Assert.Single(await silo.QueryAsync<string>("select distinct state from trials")));
        Assert.Equal([2L], await silo.QueryAsync<long>("select count(*) from trial_events where event = 'leased'"));

        Task<Contracts.CommandReply> OrderAsync() => cancel ? silo.Sweep(id).Cancel(null) : silo.Sweep(id).Pause();
    }

    [Fact]
    public async Task Orders_that_did_not_reach_the_scheduler_are_found_in_the_rows()
    {
        var gate = new SemaphoreSlim(0);
        await using var silo = await TestSilo.StartAsync(server, new() { Gate = gate }, slots: 2);
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("untold", silo.Dataset, trials: 3, epochs: 1_000));
        await silo.UntilAsync(id, sweep => sweep.Running == 2, "two to run");
        // A silo that dies after it stored the order and before it called the scheduler leaves such rows.
        await silo.QueryAsync<int>($"update sweeps set state = 'paused' where id = {id}");
        await silo.UntilAsync(id, sweep => sweep is { State: SweepState.Paused, Running: 0 }, "the paused sweep to stop");
        await silo.QueryAsync<int>($"update sweeps set state = 'running' where id = {id}");
        await silo.UntilAsync(id, sweep => sweep.Running == 2, "the resumed sweep to go on");
        await silo.QueryAsync<int>($"update trials set cancelling = true where id = {new TrialId(id, 1).Value}");
        await silo.UntilAsync(id, sweep => sweep is { Cancelled: 1, Running: 2 }, "the cancelled trial to make room");
        await silo.QueryAsync<int>("update workers set drain = true");
        await silo.WorkerAsync(worker => !worker.Alive, "the worker to be gone");
    }

    [Fact]
    public async Task A_retry_reverses_a_cancel_and_may_be_repeated()
    {
        var gate = new SemaphoreSlim(0);
        await using var silo = await TestSilo.StartAsync(server, new() { Gate = gate }, slots: 2);
        var id = await silo.SubmitAsync(SimulatedSweep.Spec("back", silo.Dataset, trials: 2));
        await silo.UntilAsync(id, sweep => sweep.Running == 2, "two to run");
        Assert.True((await silo.Sweep(id).Cancel(null)).Accepted);
        Assert.True((await silo.Sweep(id).Retry(null)).Accepted);
        Assert.True((await silo.Sweep(id).Retry(null)).Accepted);
        gate.Release(1_000);
        Assert.Equal(2, (await silo.EndAsync(id)).Succeeded);
        Assert.False((await silo.Sweep(id).Retry(null)).Accepted);
        Assert.False((await silo.Sweep(id).Cancel(1)).Accepted);
    }

    [Fact]
    public async Task A_spec_that_no_sweep_file_could_have_is_refused_and_nothing_is_stored()
    {
        await using var silo = await TestSilo.StartAsync(server, new(), slots: 1);
        var spec = SimulatedSweep.Spec("zero", silo.Dataset, trials: 2, resources: new ResourceSpec(Slots: 0));
        var reply = await silo.Sweep(1).Submit(new(spec.ToJson(), ExactName: true));
        Assert.Equal("resources.slots: found 0; expected a whole number of at least 1.", reply.Refusal);
        var tooMany = spec with { Resources = new(), Method = new(MethodKind.Random, 2_000_000_000) };
        reply = await silo.Sweep(1).Submit(new(tooMany.ToJson(), ExactName: true));
        Assert.Equal("budget.trials: found 2000000000; expected a whole number from 1 to 999,999.", reply.Refusal);
        var lengths = new Dimension("sequence_length", new DimensionDomain.Choice([new ParameterValue.Whole(18)]));
        var tooLong = spec with { Resources = new(), Parameters = new([lengths]) };
        reply = await silo.Sweep(1).Submit(new(tooLong.ToJson(), ExactName: true));
        Assert.Equal("parameters.sequence_length: found 18; the text has 18 characters, so expected at most 17.", reply.Refusal);
        Assert.Empty(await silo.QueryAsync<int>("select id from sweeps"));
    }

    private static async Task<List<int>> AttemptsAsync(TestSilo silo) =>
        await silo.QueryAsync<int>("select attempt from trial_events where event = 'leased' order by id");
}
