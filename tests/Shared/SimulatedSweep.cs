using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Simulation;

/// <summary>Specs of sweeps that are not worth training: as many trials as asked for, which differ in their seeds.</summary>
public static class SimulatedSweep
{
    public static SweepSpec Spec(string name, string dataset, int trials, int epochs = 10, int retries = 3, ResourceSpec? resources = null, CheckpointSpec? checkpoint = null) => new(
        name,
        new DatasetSpec("simulated", dataset, SplitKind.Random, 0.2),
        new Objective(Metric.ValLoss, Goal.Minimize),
        new MethodSpec(MethodKind.Grid),
        new SearchSpace(
        [
            new Dimension("seed", new DimensionDomain.Choice([.. Enumerable.Range(1, trials).Select(seed => new ParameterValue.Whole(seed))])),
            new Dimension("epochs", new DimensionDomain.Choice([new ParameterValue.Whole(epochs)])),
            // So that the shortest text is long enough.
            new Dimension("sequence_length", new DimensionDomain.Choice([new ParameterValue.Whole(1)])),
            new Dimension("batch_size", new DimensionDomain.Choice([new ParameterValue.Word("full")])),
        ]),
        resources ?? new ResourceSpec(),
        checkpoint ?? new CheckpointSpec(),
        retries,
        Seed: 1);
}
