using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Simulation;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Stopping;

/// <summary>Tests a real PostgreSQL that refuses what is written of one trial when it is judged.</summary>
[Collection("silos")]
public sealed class RefusedJudgementsTests(PostgresServer server)
{
    private const int Trials = 6;

    private readonly SemaphoreSlim _first = new(0);

    /// <summary>Each trial is better than all before it, so that none is stopped, and trial 1 waits for <see cref="_first"/>.</summary>
    private SimulatedTrainers Trainers => new()
    {
        Loss = (train, epoch) => 10 - TrialId.From(train.Trial).Number + (1.0 / epoch),
        GateOf = train => TrialId.From(train.Trial).Number == 1 ? _first : null,
    };

    [Fact]
    public async Task A_trial_whose_judgement_is_refused_fails_alone_and_the_others_of_its_round_are_judged()
    {
        await using var silo = await TestSilo.StartAsync(server, Trainers, slots: Trials);
        await silo.QueryAsync<int>("alter table judgements add constraint not_here check (trial_id % 1000000 <> 3)");
        var id = await AllAtTheFirstRungAsync(silo, retries: 1);
        _first.Release(100);
        var end = await silo.EndAsync(id);
        Assert.Equal((SweepState.Completed, 5, 1), (end.State, end.Succeeded, end.Failed));
        Assert.Contains(
            "23514: new row for relation \"judgements\" violates check constraint \"not_here\"",
            (await silo.QueryAsync<string>("select reason from trials where state = 'failed'")).Single(), StringComparison.Ordinal);
        Assert.Equal(
            ["held", "requeued", "requeued storage_refused", "failed storage_refused"],
            await silo.QueryAsync<string>(
                "select concat_ws(' ', event, reason) from trial_events where trial_id % 1000000 = 3 and event <> 'leased' order by id"));
        Assert.Equal(
            [2L, 4L, 5L, 6L],
            await silo.QueryAsync<long>("select distinct trial_id % 1000000 from trial_events where event = 'judged' order by 1"));
    }

    [Fact]
    public async Task A_trial_whose_judgement_was_refused_is_judged_when_it_can_be_written()
    {
        await using var silo = await TestSilo.StartAsync(server, Trainers, slots: Trials);
        await silo.QueryAsync<int>("alter table judgements add constraint not_here check (trial_id % 1000000 <> 3)");
        var id = await AllAtTheFirstRungAsync(silo, retries: 1_000);
        _first.Release(100);
        await Poll.UntilAsync(
            async () => (await silo.QueryAsync<long>("select count(*) from trial_events where reason = 'storage_refused'"))[0] > 0,
            "a refusal");
        await silo.QueryAsync<int>("alter table judgements drop constraint not_here");
        var end = await silo.EndAsync(id);
        Assert.Equal((SweepState.Completed, Trials), (end.State, end.Succeeded));
        Assert.Equal(
            [1, 3, 9], await silo.QueryAsync<int>("select epoch from judgements where trial_id % 1000000 = 3 order by epoch"));
    }

    [Fact]
    public async Task A_trial_that_cannot_be_released_waits_alone_until_it_can_be()
    {
        await using var silo = await TestSilo.StartAsync(server, Trainers, slots: Trials);
        await silo.QueryAsync<int>(
            "create function no() returns trigger language plpgsql as $$ begin raise insufficient_privilege using message = 'not here'; "
                + "end $$; create trigger no before update on trials for each row "
                + "when (old.number = 3 and old.held_at is not null and new.held_at is null) execute function no()");
        var id = await AllAtTheFirstRungAsync(silo, retries: 0);
        _first.Release(100);
        // Trial 2 goes on to its end, and those after trial 3 as far as they need not be compared with it.
        await silo.UntilAsync(id, sweep => sweep is { Succeeded: 2, Held: 4, Running: 0 }, "the others to be judged");
        Assert.Equal(
            ["1 10", "2 10", "3 1", "4 3", "5 3", "6 3"],
            await silo.QueryAsync<string>("select number || ' ' || epochs_done from trials order by number"));
        await silo.QueryAsync<int>("drop trigger no on trials");
        var end = await silo.EndAsync(id);
        Assert.Equal((SweepState.Completed, Trials), (end.State, end.Succeeded));
        Assert.Equal([0], await silo.QueryAsync<int>("select distinct failures + losses from trials"));
    }

    /// <summary>Submits a sweep of which all trials but the first have got to the first rung, where they wait for the first.</summary>
    private static async Task<int> AllAtTheFirstRungAsync(TestSilo silo, int retries)
    {
        var id = await silo.SubmitAsync(
            SimulatedSweep.Spec("refused", silo.Dataset, Trials, retries: retries, checkpoint: new(Every: 0, Keep: 100)) with
            {
                Stop = [new StopSpec.Asha(1, 3)],
            });
        await silo.UntilAsync(id, sweep => sweep is { Held: Trials - 1, Running: 1 }, "all trials but the first to be held");
        return id;
    }
}
