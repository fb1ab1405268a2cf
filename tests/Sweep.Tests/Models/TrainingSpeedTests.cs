using Sweep.Domain.Models;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using static Sweep.Tests.Search.Spaces;

namespace Sweep.Tests.Models;

public sealed class TrainingSpeedTests
{
    [Fact]
    public void A_speed_is_found_again_in_times_that_vary_by_a_tenth()
    {
        var random = new Random(3);
        var actual = new TrainingSpeed(5e-5, 2e-11);
        var measured = Enumerable.Range(0, 100)
            .Select(_ => new EpochCost(1_000 * (1 + random.Next(50)), 1e9 * (1 + random.Next(50))))
            .Select(cost => (cost, actual.Of(cost) * (0.9 + (0.2 * random.NextDouble()))))
            .ToList();
        var found = TrainingSpeed.Fit(measured)!;
        Assert.InRange(found.SecondsPerLayerStep / actual.SecondsPerLayerStep, 0.95, 1.05);
        Assert.InRange(found.SecondsPerMac / actual.SecondsPerMac, 0.95, 1.05);
    }

    [Fact]
    public void Trials_of_one_point_give_their_own_time_again_and_no_time_is_negative()
    {
        var cost = new EpochCost(200, 1e9);
        Assert.Equal(0.5, TrainingSpeed.Fit([(cost, 0.5), (cost, 0.5)])!.Of(cost), 1e-9);
        // Twice the work in less time than once, which nothing but steps can explain.
        var steps = TrainingSpeed.Fit([(new(100, 1e9), 1.0), (new(50, 2e9), 0.4)])!;
        Assert.Equal(0, steps.SecondsPerMac);
        Assert.True(steps.SecondsPerLayerStep > 0);
        Assert.Null(TrainingSpeed.Fit([]));
    }

    [Fact]
    public void An_epoch_costs_a_step_for_each_batch_character_and_layer_and_three_passes_of_what_is_trained()
    {
        var parameters = BuiltInParametersOf(batch: 64);
        var cost = EpochCost.Of(parameters, new(Training: 130, Validation: 20), macs: 1_000);
        Assert.Equal(new EpochCost(3 * 20 * 2, 1_000 * ((3 * 130) + 20)), cost);
        Assert.Equal(20 * 2, EpochCost.Of(BuiltInParametersOf(batch: null), new(130, 20), 1_000).LayerSteps);
    }

    [Theory]
    [InlineData(8, null, 4, 100.0)] // 40 epochs of 10 s on 4 of 8 slots, since so many are unfinished at one time.
    [InlineData(2, null, 2, 200.0)]
    [InlineData(8, 1, 1, 400.0)]
    public void A_sweep_takes_its_epochs_on_the_slots_that_it_can_fill(int slots, int? concurrent, int used, double seconds)
    {
        var spec = Spec(
            Of(Range("learning_rate", 1e-4, 1, Scale.Log), Choice("epochs", Whole(4))), new(MethodKind.Tpe, 10)) with
        {
            Search = new(4),
            Resources = new(MaxConcurrent: concurrent),
        };
        var plan = SweepPlan.Of(spec, characters: 1_000, vocabulary: 10);
        var first = plan.Trials[0];
        var cost = EpochCost.Of(first.Parameters.ForModel(), first.Windows, first.Macs);
        var time = PlannedTime.Of(
            spec, plan, EpochPlan.Of(spec, [.. Enumerable.Repeat(4, 10)]), new(10 / cost.LayerSteps, 0), slots)!;
        Assert.Equal((used, seconds), (time.Slots, Math.Round(time.Expected.TotalSeconds, 3)));
        Assert.Equal(time.Expected, time.Most);
    }

    private static TrialParameters BuiltInParametersOf(int? batch) =>
        new(CellKind.Lstm, 20, 128, 2, [], 0.005, batch, 0.1, 100, OptimizerKind.Adam, 0, 0, 42);
}
