using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Simulation;
using Sweep.Tests.Postgres;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Cluster;

/// <summary>Tests sweeps whose trials are proposed while they run.</summary>
[Collection("silos")]
public sealed class SearchLifeTests(PostgresServer server)
{
    private const int Trials = 24;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_search_that_learns_tries_the_same_on_any_number_of_slots_and_after_every_process_was_lost()
    {
        List<string> alone, together, interrupted;
        await using (var silo = await TestSilo.StartAsync(server, Trainers(), slots: 1))
            alone = await TriedAsync(silo, await silo.SubmitAsync(Spec(silo)));
        Assert.Equal(Trials, alone.Count);

        await using (var silo = await TestSilo.StartAsync(server, Trainers(), slots: 3))
            together = await TriedAsync(silo, await silo.SubmitAsync(Spec(silo)));
        Assert.Equal(alone, together);

        var first = await TestSilo.StartAsync(server, Trainers(), slots: 3);
        var id = await first.SubmitAsync(Spec(first));
        await first.UntilAsync(id, sweep => sweep.Succeeded >= 6, "six trials");
        await first.RestartSweepAsync(id);
        await first.UntilAsync(id, sweep => sweep.Succeeded >= 10, "ten trials");
        await first.DisposeAsync();
        await using (var second = await TestSilo.StartAsync(server, Trainers(), slots: 2, connectionString: first.ConnectionString))
            interrupted = await TriedAsync(second, id);
        Assert.Equal(alone, interrupted);
    }

    [Fact]
    public async Task Trials_are_proposed_as_their_window_allows_and_count_from_the_beginning()
    {
        var gate = new SemaphoreSlim(0);
        await using var silo = await TestSilo.StartAsync(server, new() { Gate = gate }, slots: 1);
        var spec = Spec(silo) with
        {
            Parameters = Of(
                Range("learning_rate", 1e-4, 1, Scale.Log), Choice("epochs", Whole(2)), Choice("sequence_length", Whole(1)),
                Choice("batch_size", Word("full"))),
            Replicates = 2,
        };
        var id = await silo.SubmitAsync(spec);
        var start = await silo.OverviewAsync(id);
        Assert.Equal((2 * Trials, 8, 2L * 2 * Trials), (start.Trials, start.Proposed, start.EpochsTotal));
        Assert.Equal("Trial 9 of learns is not proposed yet.", (await silo.Sweep(id).Cancel(9)).Message);
        // One trial of a point is not its outcome.
        gate.Release(2);
        await silo.UntilAsync(id, sweep => sweep is { Succeeded: 1, Running: 1 }, "one trial to end");
        Assert.Equal(8, (await silo.OverviewAsync(id)).Proposed);
        gate.Release(2);
        await silo.UntilAsync(id, sweep => sweep.Proposed == 10, "the point that follows from the first");
        Assert.True((await silo.Sweep(id).Pause()).Accepted);
        await silo.UntilAsync(id, sweep => sweep is { State: SweepState.Paused, Running: 0 }, "the pause");
        for (var number = 1; number <= 10; number++)
            await silo.Sweep(id).Cancel(number);
        // Nothing waits or runs now, and yet the sweep is not over.
        Assert.True((await silo.Sweep(id).Resume()).Accepted);
        await silo.UntilAsync(id, sweep => sweep is { State: SweepState.Running, Proposed: > 10 }, "the points after those");
    }

    [Fact]
    public async Task A_target_ends_the_sweep_with_the_trial_that_meets_it_and_a_time_with_whatever_runs()
    {
        await using var silo = await TestSilo.StartAsync(server, Trainers(), slots: 2);
        var plain = Spec(silo);
        var met = await silo.EndAsync(await silo.SubmitAsync(plain with { Name = "met", Budget = new(Target: 1.6) }));
        Assert.Equal((SweepState.Completed, met.Proposed), (met.State, met.Trials));
        Assert.InRange(met.Trials, 1, Trials - 1);
        Assert.Matches("^target: trial [0-9]+ has a val_loss of 1.[0-6]", met.EndedBy);
        Assert.Null(met.NotReproducible);
        var grid = SimulatedSweep.Spec("late", silo.Dataset, trials: 100_000, epochs: 1_000) with { Budget = new(Time: 1) };
        var late = await silo.EndAsync(await silo.SubmitAsync(grid));
        Assert.Equal((SweepState.Completed, 100_000), (late.State, late.Cancelled + late.Succeeded));
        Assert.Equal("time: 1 s have passed", late.EndedBy);
        Assert.Equal("the time of its budget ended it", late.NotReproducible);
    }

    [Fact]
    public async Task A_search_by_arrival_waits_for_no_number_and_is_marked()
    {
        await using var silo = await TestSilo.StartAsync(server, Trainers(), slots: 3);
        var end = await silo.EndAsync(await silo.SubmitAsync(Spec(silo) with { Search = new(3, SearchOrder.Arrival) }));
        Assert.Equal((Trials - 1, "search.order is arrival"), (end.Succeeded, end.NotReproducible));
    }

    [Fact]
    public async Task A_method_that_learns_is_refused_when_something_that_it_may_propose_does_not_fit_the_text()
    {
        await using var silo = await TestSilo.StartAsync(server, new(), slots: 1);
        var spec = Spec(silo) with { Parameters = Of(Range("sequence_length", 1, 18)) };
        var reply = await silo.Sweep(1).Submit(new(spec.ToJson(), ExactName: true));
        Assert.Equal("parameters.sequence_length: found 18; the text has 18 characters, so expected at most 17.", reply.Refusal);
        Assert.Empty(await silo.QueryAsync<int>("select id from sweeps"));
    }

    private static SimulatedTrainers Trainers() => new()
    {
        Pace = TimeSpan.FromMilliseconds(2),
        Fault = (train, epoch) => TrialId.From(train.Trial).Number == 5 && epoch == 1
            ? new TrainerEvent.Failed(FailureReason.Diverged, "not finite")
            : null,
        Loss = (train, _) => 1 + Math.Abs(Math.Log10(train.Parameters.LearningRate) + 2.5) + train.Parameters.Dropout,
    };

    /// <summary>Trials take between 1 and 12 epochs, so that on several slots they end in another order.</summary>
    private static SweepSpec Spec(TestSilo silo) => SimulatedSweep.Spec("learns", silo.Dataset, trials: 1) with
    {
        Method = new(MethodKind.Tpe, Trials),
        Search = new(Window: 4),
        Parameters = Of(
            Range("learning_rate", 1e-4, 1, Scale.Log), Range("dropout", 0, 0.5), Range("epochs", 1, 12),
            Choice("sequence_length", Whole(1)), Choice("batch_size", Word("full"))),
    };

    private static async Task<List<string>> TriedAsync(TestSilo silo, int id)
    {
        var end = await silo.EndAsync(id);
        Assert.Equal((SweepState.Completed, Trials, Trials - 1, 1), (end.State, end.Trials, end.Succeeded, end.Failed));
        Assert.Null(end.NotReproducible);
        var trials = await silo.Reader.TrialsAsync(id, Cancellation);
        return [.. trials.Select(trial => $"{trial.Number} {trial.Parameters.ToJson()} {trial.BestScore}")];
    }
}
