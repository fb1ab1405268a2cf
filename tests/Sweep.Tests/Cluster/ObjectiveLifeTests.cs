using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Simulation;
using Sweep.Tests.Postgres;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Cluster;

/// <summary>Tests a sweep with two objectives on a silo.</summary>
[Collection("silos")]
public sealed class ObjectiveLifeTests(PostgresServer server)
{
    private const int Trials = 36, Keep = 3;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nsga_tries_the_same_on_any_number_of_slots_and_the_front_keeps_its_checkpoints()
    {
        var (alone, _) = await RunAsync(slots: 1);
        var (together, kept) = await RunAsync(slots: 3);
        Assert.Equal(alone, together);
        Assert.Equal(Keep, kept.Count);
    }

    private async Task<(List<string> Tried, IReadOnlyList<int> Kept)> RunAsync(int slots)
    {
        await using var silo = await TestSilo.StartAsync(
            server,
            new()
            {
                Pace = TimeSpan.FromMilliseconds(2),
                FinalCheckpoint = true,
                Loss = (train, _) => 1 + Math.Abs(Math.Log10(train.Parameters.LearningRate) + 2.5) + train.Parameters.Dropout,
                Macs = train => (long)(1e6 * (1 - train.Parameters.Dropout)),
            },
            slots: slots);
        var spec = SimulatedSweep.Spec("two", silo.Dataset, trials: 1) with
        {
            Objectives = [new(Metric.ValLoss, Goal.Minimize), new(new("macs"), Goal.Minimize)],
            Method = new(MethodKind.NsgaIi, Trials),
            Search = new(Window: 4),
            Checkpoint = new(Keep: Keep),
            Parameters = Of(
                Range("learning_rate", 1e-4, 1, Scale.Log), Range("dropout", 0, 0.5), Range("epochs", 1, 6),
                Choice("sequence_length", Whole(1)), Choice("batch_size", Word("full"))),
        };
        var end = await silo.EndAsync(await silo.SubmitAsync(spec));
        Assert.Equal((SweepState.Completed, Trials, null), (end.State, end.Succeeded, end.NotReproducible));
        var kept = await silo.QueryAsync<int>("select t.number from checkpoints c join trials t on t.id = c.trial_id order by t.number");
        var front = await silo.QueryAsync<int>("select first_trial from fronts order by scores[1], first_trial");
        Assert.Equal(front.Take(Keep).Order(), kept);
        Assert.True(front.Count > Keep, $"{front.Count} on the front");
        var trials = await silo.Reader.TrialsAsync(end.Id, Cancellation);
        return ([.. trials.Select(trial => $"{trial.Number} {trial.Parameters.ToJson()} {trial.BestScore} {trial.Result!.Macs}")], kept);
    }
}
