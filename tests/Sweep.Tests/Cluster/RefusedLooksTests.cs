using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Simulation;
using Sweep.Tests.Postgres;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Cluster;

/// <summary>Tests a real PostgreSQL that refuses one row of what follows from the end of a trial.</summary>
[Collection("silos")]
public sealed class RefusedLooksTests(PostgresServer server)
{
    private const int Trials = 12;

    private const string NotHere =
        """
        create function no() returns trigger language plpgsql as $$
        begin raise insufficient_privilege using message = 'not here'; end $$;
        """;

    [Fact]
    public async Task A_proposal_that_is_refused_waits_visibly_and_the_sweep_goes_on_as_if_it_had_not_been_when_it_can_be_stored()
    {
        IReadOnlyList<string> undisturbed;
        await using (var silo = await TestSilo.StartAsync(server, Trainers()))
        {
            await silo.EndAsync(await silo.SubmitAsync(Spec(silo)));
            undisturbed = await TriedAsync(silo);
        }

        await using (var silo = await TestSilo.StartAsync(server, Trainers()))
        {
            await silo.QueryAsync<int>("alter table trials add constraint not_here check (number <> 7)");
            var id = await silo.SubmitAsync(Spec(silo));
            // All before it train to their ends, and their checkpoints are freed.
            var waits = await silo.UntilAsync(
                id, sweep => sweep is { Succeeded: 6, Refused: not null }, "the trials before the refused one");
            Assert.StartsWith("trial 7 cannot be stored: 23514: ", waits.Refused, StringComparison.Ordinal);
            Assert.Equal((SweepState.Running, 6), (waits.State, waits.Proposed));
            await Poll.UntilAsync(
                async () => (await silo.QueryAsync<long>("select count(*) from checkpoints"))[0] == 1, "the checkpoints to be freed");
            using (var http = silo.Http)
            {
                Assert.Matches(
                    "sweep_storage_failures_total\\{kind=\"refused\"\\} [1-9]",
                    await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken));
            }

            await silo.QueryAsync<int>("alter table trials drop constraint not_here");
            var end = await silo.EndAsync(id);
            Assert.Equal((SweepState.Completed, Trials, null, null), (end.State, end.Succeeded, end.Refused, end.NotReproducible));
            Assert.Equal(undisturbed, await TriedAsync(silo));
        }
    }

    [Fact]
    public async Task The_part_of_a_proposal_that_was_stored_before_the_call_failed_is_trained()
    {
        var (first, running) = (new SemaphoreSlim(0), new SemaphoreSlim(0));
        var trainers = Trainers(number => number switch { 1 => first, 4 => running, _ => null });
        await using var silo = await TestSilo.StartAsync(server, trainers, slots: 3);
        // When trial 1 ends, 5 to 7 are proposed together. 6 is refused, so that 5 is stored alone. Then 6 meets a fault that passes, and
        // after that it is refused again, so that no other look stores a trial. Trial 4 runs, so the scheduler does not look by itself.
        await silo.QueryAsync<int>(
            """
            create sequence tries;
            create function no() returns trigger language plpgsql as $$
            begin
              if nextval('tries') = 2 then raise lock_not_available; end if;
              raise insufficient_privilege using message = 'not here';
            end $$;
            create trigger no before insert on trials for each row when (new.number = 6) execute function no()
            """);
        var id = await silo.SubmitAsync(Spec(silo));
        await silo.UntilAsync(id, sweep => sweep.Succeeded == 2, "trials 2 and 3");
        await Poll.UntilAsync(
            async () => (await silo.QueryAsync<long>("select count(*) from checkpoints"))[0] == 1, "a first look, which frees one");
        first.Release(2);
        await Poll.UntilAsync(async () => (await silo.QueryAsync<long>("select last_value from tries"))[0] == 2, "the fault");
        await silo.Sweep(id).AsReference<ISweepProgress>().TrialEnded();
        var waits = await silo.UntilAsync(id, sweep => sweep.Succeeded == 4, "the trial that was stored");
        Assert.Equal(("trial 6 cannot be stored: 42501: not here", 1), (waits.Refused, waits.Running));
        running.Release(2);
    }

    [Fact]
    public async Task A_checkpoint_that_cannot_be_freed_keeps_neither_the_others_nor_the_end_of_its_sweep_nor_the_next_trials()
    {
        await using var silo = await TestSilo.StartAsync(server, Trainers());
        await silo.QueryAsync<int>(
            NotHere + "create trigger no before delete on checkpoints for each row when (old.trial_id % 1000000 = 2) "
                + "execute function no()");
        var end = await silo.EndAsync(await silo.SubmitAsync(Spec(silo)));
        Assert.Equal((SweepState.Completed, Trials), (end.State, end.Succeeded));
        var kept = await silo.QueryAsync<long>("select trial_id % 1000000 from checkpoints order by 1");
        Assert.Equal(new[] { 2L, end.BestTrial!.Value }.Distinct().Order(), kept);
    }

    private static SimulatedTrainers Trainers(Func<int, SemaphoreSlim?>? gateOf = null) => new()
    {
        GateOf = train => gateOf?.Invoke(TrialId.From(train.Trial).Number),
        // The second trial is not the best, so that its checkpoint is to be freed.
        Loss = (train, _) => (TrialId.From(train.Trial).Number == 2 ? 10 : 1) + Math.Abs(Math.Log10(train.Parameters.LearningRate) + 2.5),
    };

    private static SweepSpec Spec(TestSilo silo) =>
        SimulatedSweep.Spec("refused", silo.Dataset, trials: 1, checkpoint: new(Every: 0, Keep: 1)) with
        {
            Method = new(MethodKind.Tpe, Trials),
            Search = new(Window: 4),
            Parameters = Of(
                Range("learning_rate", 1e-4, 1, Scale.Log), Choice("epochs", Whole(2)), Choice("sequence_length", Whole(1)),
                Choice("batch_size", Word("full"))),
        };

    private static async Task<IReadOnlyList<string>> TriedAsync(TestSilo silo) =>
        await silo.QueryAsync<string>("select number || ' ' || params::text || ' ' || best_score from trials order by number");
}
