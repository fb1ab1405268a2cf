using System.Data;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Simulation;

namespace Sweep.Tests.Stopping;

/// <summary>Points that are tried several times, judged by the judge of a sweep from rows in memory.</summary>
public sealed class JudgedPointsTests
{
    private const int Points = 20, Replicates = 3, Epochs = 10;

    private const double Bound = 1.5;

    private static readonly IMeterFactory Meters =
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private static readonly StoppedSweep Sweep = new(Points * Replicates, Epochs, seed: 11);

    /// <summary>Each seventh trial fails after an epoch, of which some are at rungs.</summary>
    private static readonly int[] Fails =
        [.. Enumerable.Range(1, Points * Replicates).Select(number => number % 7 == 0 ? 1 + (number % 4) : 0)];

    public static TheoryData<string> Rules => ["asha", "hyperband", "median", "asha-and-threshold", "asha-and-threshold-at-its-rung"];

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task Stops_are_the_same_in_any_order_of_arrival_and_replicates_stop_together(string name)
    {
        var expected = await RunAsync(name, workers: 1, _ => 0);
        Assert.Contains(expected, row => row.Contains(" True ", StringComparison.Ordinal));
        Assert.Contains(expected, row => row.Contains(" False ", StringComparison.Ordinal));
        for (var seed = 1; seed <= 10; seed++)
        {
            var random = new Random(seed);
            Assert.Equal(expected, await RunAsync(name, random.Next(1, 80), random.Next));
        }
    }

    [Fact]
    public async Task Asha_compares_the_means_of_the_replicates_as_worked_out_on_its_own()
    {
        var rows = await RunAsync("asha", workers: 8, new Random(3).Next);
        var reached = Enumerable.Range(1, Points * Replicates)
            .ToDictionary(number => number, number => Fails[number - 1] is var at and > 0 ? at : Epochs);
        var expected = new List<string>();
        foreach (var rung in new[] { 1, 3, 9 })
        {
            var means = new List<double>();
            for (var point = 1; point <= Points; point++)
            {
                int[] there = [.. Enumerable.Range(((point - 1) * Replicates) + 1, Replicates).Where(number => reached[number] >= rung)];
                if (there.Length == 0)
                    continue;
                var mean = there.Average(number => Sweep.Curves[number - 1][..rung].Min());
                var stops = means.Count(other => other <= mean) >= Math.Max(1, (means.Count + 1) / 3);
                means.Add(mean);
                foreach (var number in there)
                {
                    // One that fails there does not ask.
                    if (Fails[number - 1] != rung)
                        expected.Add($"{number} {rung} {stops}");
                    if (stops)
                        reached[number] = rung;
                }
            }
        }

        Assert.Equal(expected.Order(), rows.Select(row => string.Join(' ', row.Split(' ').Take(3))).Order());
    }

    [Fact]
    public async Task A_replicate_that_a_rule_stops_alone_at_a_rung_does_not_stop_the_others_of_its_point()
    {
        var rows = await RunAsync("asha-and-threshold-at-its-rung", workers: 8, new Random(3).Next);
        var first = rows.Where(row => row.Split(' ')[1] == "3")
            .Select(row => (Number: int.Parse(row.Split(' ')[0], CultureInfo.InvariantCulture), IsAlone: row.EndsWith("threshold 1.5")))
            .ToList();
        Assert.All(first, row => Assert.Equal(Sweep.Curves[row.Number - 1][..3].Min() > Bound, row.IsAlone));
        var mixed = first.GroupBy(row => (row.Number - 1) / Replicates).Count(point => point.DistinctBy(row => row.IsAlone).Count() == 2);
        Assert.InRange(mixed, 3, Points);
    }

    [Fact]
    public void The_sentence_names_the_mean_and_counts_points()
    {
        var rules = SweepRules.Of([new StopSpec.Asha()], new(Metric.ValLoss, Goal.Minimize), Epochs, () => Points, Replicates)!;
        Assert.Equal(
            "epoch 1: mean val_loss 4 is number 2 of 2 points, of which the best goes on; it has 3",
            rules.Compared!.Judge(2, [4], [new(1, 3, false)]).Reason);
        Assert.Equal("epoch 1: waits until point 1 is there too", rules.Compared.Judge(2, [4], []).Reason);
    }

    [Fact]
    public async Task Of_trials_that_ask_together_only_the_one_whose_judgement_is_refused_gets_the_error_and_it_may_ask_again()
    {
        var rules = SweepRules.Of([new StopSpec.Asha()], new(Metric.ValLoss, Goal.Minimize), Epochs, () => Points, replicates: 1)!;
        var rows = new JudgedRows(Sweep.Curves, new int[Points * Replicates], rules, Goal.Minimize) { Refuses = new HashSet<int> { 3 } };
        var judge = new SweepJudge(
            new(1, SimulatedSweep.Spec("refused", "text", Points, Epochs), SweepState.Running, Points), rules, rows, new(Meters));
        for (var number = 1; number <= 6; number++)
            rows.Train(number);
        var asked = Enumerable.Range(1, 6).Select(number => judge.JudgeAsync(number, epoch: 1)).ToList();
        Assert.Equal("refused", (await Assert.ThrowsAsync<DataException>(() => asked[2])).Message);
        Assert.All(await Task.WhenAll(asked.Where((_, index) => index != 2)), answer => Assert.NotNull(answer.Judgement));
        rows.Refuses = new HashSet<int>();
        Assert.NotNull((await judge.JudgeAsync(3, epoch: 1)).Judgement);
    }

    private static void Unexpected(TrialId trial, Exception error) => Assert.Fail($"{trial}: {error.Message}");

    /// <param name="next">Which of so many trials that could have an epoch has it next, from 0.</param>
    /// <returns>The judgements in words.</returns>
    private static async Task<IReadOnlyList<string>> RunAsync(string name, int workers, Func<int, int> next)
    {
        IReadOnlyList<StopSpec> stop = name switch
        {
            "asha" => [new StopSpec.Asha()],
            "hyperband" => [new StopSpec.Hyperband()],
            "median" => [new StopSpec.Median(2, 3, 3)],
            "asha-and-threshold-at-its-rung" => [new StopSpec.Asha(3), new StopSpec.Threshold(3, Bound)],
            _ => [new StopSpec.Asha(), new StopSpec.Threshold(2, 2.2)],
        };
        var spec = SimulatedSweep.Spec(name, "text", Points, Epochs);
        var rules = SweepRules.Of(stop, new(Metric.ValLoss, Goal.Minimize), Epochs, () => Points, Replicates)!;
        var rows = new JudgedRows(Sweep.Curves, Fails, rules, Goal.Minimize);
        var judge = new SweepJudge(new(1, spec, SweepState.Running, Points * Replicates), rules, rows, new(Meters));
        while (rows.Ready.Take(workers).ToList() is { Count: > 0 } ready)
        {
            rows.Train(ready[next(ready.Count)]);
            await judge.ReleaseAsync(Unexpected);
        }

        Assert.Empty(rows.Held);
        foreach (var point in rows.Judgements
            .Where(row => row.Rule != "threshold" && rules.IsComparedAt(row.Trial.Number, row.Epoch))
            .GroupBy(row => (rules.Point(row.Trial.Number), row.Epoch)))
        {
            Assert.Single(point.Select(row => (row.Stops, row.Value, row.Bound, row.Reason)).Distinct());
        }

        return
        [
            .. rows.Judgements.OrderBy(row => row.Trial.Number).ThenBy(row => row.Epoch)
                .Select(row => $"{row.Trial.Number} {row.Epoch} {row.Stops} {row.Value} {row.Bound} {row.Reason}"),
        ];
    }
}
