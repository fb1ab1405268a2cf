using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Simulation;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Stopping;

/// <summary>Sweeps with stopping rules on a real silo and a real database, with simulated trainers.</summary>
[Collection("silos")]
public sealed class StoppedSweepTests(PostgresServer server)
{
    private const int Trials = 12;
    private const int Epochs = 10;

    /// <summary>The validation losses of an epoch; the trainer reports the training loss, which is lower by 0.1.</summary>
    private static double Loss(int number, int epoch) => 1 + (number * 7 % Trials / (double)Trials) + (1.0 / epoch);

    private static double Loss(TrainerCommand.Train train, int epoch) => Loss(TrialId.From(train.Trial).Number, epoch) - 0.1;

    /// <summary>What ASHA does with these losses, computed on its own: of the trials up to each one, the best third go on.</summary>
    private static Dictionary<int, int> ExpectedEpochs(int first = 1, int factor = 3)
    {
        var ends = Enumerable.Range(1, Trials).ToDictionary(number => number, _ => Epochs);
        for (var rung = first; rung < Epochs; rung *= factor)
        {
            for (var number = 1; number <= Trials; number++)
            {
                var there = Enumerable.Range(1, number).Where(other => ends[other] >= rung).ToList();
                // A trial that was stopped at this rung was there too, but those stopped before it were not.
                if (ends[number] < rung)
                    continue;
                var place = there.Count(other => Loss(other, rung) < Loss(number, rung));
                if (place >= Math.Max(1, there.Count / factor))
                    ends[number] = rung;
            }
        }

        return ends;
    }

    private static SweepSpec Ruled(TestSilo silo, string name, int trials = Trials, params IReadOnlyList<StopSpec> rules) =>
        SimulatedSweep.Spec(name, silo.Dataset, trials, Epochs, checkpoint: new(Every: 0, Keep: 100)) with
        {
            Stop = rules.Count == 0 ? [new StopSpec.Asha(1, 3)] : rules,
        };

    private static Task<List<string>> EndsAsync(TestSilo silo, int id) => silo.QueryAsync<string>(
        $"select number || ' ' || state || ' ' || epochs_done from trials where sweep_id = {id} order by number");

    private static IEnumerable<string> Expected => ExpectedEpochs().OrderBy(trial => trial.Key)
        .Select(trial => $"{trial.Key} {(trial.Value == Epochs ? "succeeded" : "stopped")} {trial.Value}");

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Asha_stops_the_same_trials_at_the_same_epochs_with_one_slot_and_with_three(int slots)
    {
        await using var silo = await TestSilo.StartAsync(server, new() { Loss = Loss, FinalCheckpoint = true }, slots);
        using var measured = new SiloMeasurements(silo.Meters);
        var id = await silo.SubmitAsync(Ruled(silo, "asha"));
        var end = await silo.EndAsync(id);
        Assert.Equal(Expected, await EndsAsync(silo, id));
        Assert.Equal(Trials, end.Succeeded + end.Stopped);
        // Each trial has one row for each rung that it got to.
        var rungs = ExpectedEpochs().Values.Sum(last => new[] { 1, 3, 9 }.Count(rung => rung <= last));
        Assert.Equal(rungs, measured.Read("sweep.judgements"));
        Assert.Equal(Trials, measured.Read("sweep.trials.finished"));
        Assert.Equal([(long)rungs], await silo.QueryAsync<long>("select count(*) from judgements"));
        // A stopped trial keeps its checkpoint, which was made where it stopped.
        Assert.Empty(await silo.QueryAsync<long>(
            "select t.id from trials t left join checkpoints c on c.trial_id = t.id and c.epoch = t.epochs_done "
                + "where t.state = 'stopped' and c.trial_id is null order by 1 limit 1"));
    }

    [Fact]
    public async Task Lost_trainers_schedulers_and_silos_in_the_middle_change_no_stop()
    {
        var gate = new SemaphoreSlim(0);
        // Each third trial loses its first trainer in the epoch after its first rung, and each fourth one before it gets to a rung.
        var trainers = new SimulatedTrainers
        {
            Loss = Loss,
            Gate = gate,
            FinalCheckpoint = true,
            Fault = (train, epoch) => train.Attempt == 1 && (TrialId.From(train.Trial).Number, epoch) is var (number, at)
                && ((number % 3 == 0 && at == 2) || (number % 4 == 0 && at == 1)) ? new TrainerEvent.Stopped() : null,
        };
        string connection;
        int id;
        await using (var silo = await TestSilo.StartAsync(server, trainers, slots: 3))
        {
            connection = silo.ConnectionString;
            id = await silo.SubmitAsync(Ruled(silo, "losses"));
            gate.Release(10);
            await silo.UntilAsync(id, sweep => sweep.EpochsDone >= 6, "some epochs");
            await silo.RestartSchedulerAsync();
            gate.Release(10);
            await silo.UntilAsync(id, sweep => sweep.EpochsDone >= 12, "more epochs");
        }

        await using var second = await TestSilo.StartAsync(server, trainers, slots: 2, connection);
        gate.Release(1_000);
        await second.EndAsync(id);
        Assert.Equal(Expected, await EndsAsync(second, id));
    }

    [Fact]
    public async Task A_trial_that_waits_to_be_judged_gives_its_slot_back_and_is_paused_cancelled_and_released()
    {
        var first = new SemaphoreSlim(0);
        await using var silo = await TestSilo.StartAsync(
            server, new() { Loss = Loss, GateOf = train => TrialId.From(train.Trial).Number == 1 ? first : null });
        var id = await silo.SubmitAsync(Ruled(silo, "waiting", trials: 4));
        await silo.UntilAsync(id, sweep => sweep is { Held: 3, Running: 1 }, "three trials to wait for trial 1");
        Assert.Equal([2L, 3L, 4L], await silo.QueryAsync<long>("select number from trials where held_at = 1 order by number"));
        Assert.True((await silo.Sweep(id).Pause()).Accepted);
        await silo.UntilAsync(id, sweep => sweep is { State: SweepState.Paused, Running: 0, Queued: 4, Held: 3 }, "nothing to run");
        Assert.True((await silo.Sweep(id).Cancel(3)).Accepted);
        await silo.UntilAsync(id, sweep => sweep is { Cancelled: 1, Held: 2 }, "trial 3 to be cancelled");
        Assert.True((await silo.Sweep(id).Resume()).Accepted);
        await silo.UntilAsync(id, sweep => sweep is { Running: 1, Held: 2 }, "trial 1 to run alone");
        await silo.RestartSchedulerAsync();
        first.Release(100);
        await silo.EndAsync(id);
        // Of the first two trials the second is better all the time; trial 3 had got to the rung before it was cancelled.
        Assert.Equal(["1 succeeded 10", "2 succeeded 10", "3 cancelled 1", "4 stopped 1"], await EndsAsync(silo, id));
        Assert.Equal(
            ["epoch 1: val_loss 2.333 is number 2 of 4 trials, of which the best goes on; it has 2.167"],
            await silo.QueryAsync<string>("select reason from trials where number = 4"));
        Assert.Equal(
            ["leased", "held", "stopped"],
            await silo.QueryAsync<string>("select event from trial_events where trial_id % 1000000 = 4 order by id"));

        Assert.True((await silo.Sweep(id).ResumeTrial(4)).Accepted);
        await silo.UntilAsync(id, sweep => sweep is { State: SweepState.Completed, Stopped: 0 }, "trial 4 to train on");
        Assert.Equal("4 succeeded 10", (await EndsAsync(silo, id))[3]);
        // It went on from the checkpoint where it was stopped.
        Assert.Equal(
            [1L, 9L],
            await silo.QueryAsync<long>(
                "select count(*) from epochs where trial_id % 1000000 = 4 group by attempt order by attempt"));
        Assert.Equal(
            "Trial 4 of waiting has succeeded: only a trial that a stopping rule ended can be resumed by itself.",
            (await silo.Sweep(id).ResumeTrial(4)).Message);
    }

    [Fact]
    public async Task Rules_that_need_no_other_trial_judge_at_once_also_after_a_loss()
    {
        await using var silo = await TestSilo.StartAsync(server, new()
        {
            // Trial 1 gets better in each epoch, trial 2 in its first two alone, and trial 3 is bad from the start.
            Loss = (train, epoch) => TrialId.From(train.Trial).Number switch
            {
                1 => 1.0 / epoch,
                2 => 1.0 / Math.Min(epoch, 2),
                _ => 10 + (1.0 / epoch),
            },
            Fault = (train, epoch) => train.Attempt == 1 && epoch == 4 ? new TrainerEvent.Stopped() : null,
        });
        var id = await silo.SubmitAsync(
            Ruled(silo, "alone", trials: 3, new StopSpec.Patience(3, Gain: 0.001), new StopSpec.Threshold(2, Value: 5)));
        await silo.EndAsync(id);
        Assert.Equal(["1 succeeded 10", "2 stopped 5", "3 stopped 2"], await EndsAsync(silo, id));
        Assert.Equal(
            [
                "epoch 5: val_loss 0.6 at epoch 2 is the last gain of more than 0.001, 3 epochs ago; 3 without a gain end a trial",
                "epoch 2: val_loss 10.6 is above the threshold 5",
            ],
            await silo.QueryAsync<string>("select reason from judgements where stops order by trial_id"));
        Assert.Equal([0L], await silo.QueryAsync<long>("select count(*) from trial_events where event = 'held'"));
    }

    [Theory]
    [MemberData(nameof(ComparingRules))]
    public async Task Every_rule_that_compares_trials_gives_the_same_table_with_one_slot_and_with_four(string name, StopSpec rule)
    {
        var tables = new List<string>();
        foreach (var slots in new[] { 1, 4 })
        {
            await using var silo = await TestSilo.StartAsync(server, new() { Loss = Loss }, slots);
            var id = await silo.SubmitAsync(Ruled(silo, name, Trials, rule));
            Assert.True((await silo.EndAsync(id)).Stopped > 0);
            tables.Add(string.Join(
                "\n",
                await silo.QueryAsync<string>(
                    "select concat_ws(' ', trial_id % 1000000, epoch, stops, value, bound, reason) "
                        + "from judgements order by trial_id, epoch")));
        }

        Assert.Equal(tables[0], tables[1]);
    }

    [Theory]
    [InlineData("asha")]
    [InlineData("hyperband")]
    [InlineData("hyperband-and-median")]
    public async Task A_search_that_learns_tries_and_stops_the_same_with_one_slot_and_with_three(string name)
    {
        var tables = new List<string>();
        foreach (var slots in new[] { 1, 3 })
        {
            await using var silo = await TestSilo.StartAsync(
                server, new() { Loss = (train, epoch) => Math.Abs(Math.Log10(train.Parameters.LearningRate) + 2) + (1.0 / epoch) }, slots);
            var spec = Ruled(silo, name) with
            {
                Stop = name switch
                {
                    "asha" => [new StopSpec.Asha()],
                    "hyperband" => [new StopSpec.Hyperband()],
                    // The median judges at epochs at which a cohort is not complete, and whose end is proposed only afterwards.
                    _ => [new StopSpec.Hyperband(), new StopSpec.Median()],
                },
                Method = new(MethodKind.Tpe, 24),
                Search = new(Window: 4),
                Parameters = Of(
                    Range("learning_rate", 1e-4, 1, Scale.Log), Choice("epochs", Whole(Epochs)), Choice("sequence_length", Whole(1)),
                    Choice("batch_size", Word("full"))),
            };
            var id = await silo.SubmitAsync(spec);
            var end = await silo.EndAsync(id);
            Assert.Equal((24, null), (end.Proposed, end.NotReproducible));
            Assert.True(end is { Stopped: > 0, Succeeded: > 0 });
            tables.Add(string.Join(
                "\n",
                await silo.QueryAsync<string>(
                    "select concat_ws(' ', number, params ->> 'learning_rate', state, epochs_done, reason) from trials order by number")));
        }

        Assert.Equal(tables[0], tables[1]);
    }

    [Fact]
    public async Task Replicates_stop_together_by_the_means_of_their_points_and_the_same_with_one_slot_and_with_four()
    {
        const int points = 6, replicates = 3;
        // By hand: the means at epoch 1 fall and rise, and the replicates of a point differ more than the points do.
        double[] levels = [3, 2, 4, 1.5, 2.5, 1];
        var expected = Asha(levels, Epochs).SelectMany((epochs, point) => Enumerable.Range(1, replicates).Select(
            replicate => $"{(point * replicates) + replicate} {(epochs == Epochs ? "succeeded" : "stopped")} {epochs}")).ToList();
        foreach (var slots in new[] { 1, 4 })
        {
            await using var silo = await TestSilo.StartAsync(
                server, new() { Loss = (train, epoch) => LossOf(TrialId.From(train.Trial).Number - 1, epoch) }, slots);
            var id = await silo.SubmitAsync(Ruled(silo, "replicates") with
            {
                Replicates = replicates,
                Parameters = Of(
                    Choice("hidden_size", [.. Enumerable.Range(1, points).Select(size => Whole(size))]), Choice("epochs", Whole(Epochs)),
                    Choice("sequence_length", Whole(1)), Choice("batch_size", Word("full"))),
            });
            await silo.EndAsync(id);
            Assert.Equal(expected, await EndsAsync(silo, id));
            Assert.Equal(
                ["epoch 1: mean val_loss 9.6 is number 3 of 5 points, of which the best goes on; it has 8.6"],
                await silo.QueryAsync<string>("select distinct reason from trials where number between 13 and 15"));
        }

        double LossOf(int index, int epoch) => levels[index / replicates] + (5 * (index % replicates)) + 1 + (1.0 / epoch);
    }

    /// <summary>The epochs of each of some points whose value at every epoch is theirs alone, computed on its own.</summary>
    private static int[] Asha(double[] levels, int epochs)
    {
        int[] ends = [.. levels.Select(_ => epochs)];
        foreach (var rung in new[] { 1, 3, 9 })
        {
            for (var point = 0; point < levels.Length; point++)
            {
                double[] there = [.. levels.Take(point + 1).Where((_, other) => ends[other] >= rung)];
                if (ends[point] >= rung && there.Count(level => level < levels[point]) >= Math.Max(1, there.Length / 3))
                    ends[point] = rung;
            }
        }

        return ends;
    }

    [Fact]
    public async Task By_arrival_no_trial_waits_to_be_judged()
    {
        await using var silo = await TestSilo.StartAsync(server, new() { Loss = Loss }, slots: 4);
        var id = await silo.SubmitAsync(Ruled(silo, "arrival") with
        {
            Method = new(MethodKind.Tpe, Trials),
            Search = new(Order: SearchOrder.Arrival),
        });
        await silo.EndAsync(id);
        Assert.Equal([0L], await silo.QueryAsync<long>("select count(*) from trial_events where event = 'held'"));
        Assert.True((await silo.QueryAsync<long>("select count(*) from judgements"))[0] >= Trials);
    }

    public static TheoryData<string, StopSpec> ComparingRules => new()
    {
        { "hyperband", new StopSpec.Hyperband(1, 3) },
        { "median", new StopSpec.Median(2, 3, 3) },
    };
}
