using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Simulation;

/// <summary>Makes specs of sweeps for simulated trainers. The trials differ only in their seeds.</summary>
public static class SimulatedSweep
{
    public static SweepSpec Spec(
        string name, string dataset, int trials, int epochs = 10, int retries = 3, ResourceSpec? resources = null,
        CheckpointSpec? checkpoint = null) =>
        new(
            name,
            new DatasetSpec("simulated", dataset, SplitKind.Random, 0.2),
            new Objective(Metric.ValLoss, Goal.Minimize),
            new MethodSpec(MethodKind.Grid),
            new SearchSpace(
            [
                new Dimension(
                    "seed", new DimensionDomain.Choice([.. Enumerable.Range(1, trials).Select(seed => new ParameterValue.Whole(seed))])),
                new Dimension("epochs", new DimensionDomain.Choice([new ParameterValue.Whole(epochs)])),
                // Every text is long enough for these.
                new Dimension("sequence_length", new DimensionDomain.Choice([new ParameterValue.Whole(1)])),
                new Dimension("batch_size", new DimensionDomain.Choice([new ParameterValue.Word("full")])),
            ]),
            resources ?? new ResourceSpec(),
            checkpoint ?? new CheckpointSpec(),
            retries,
            Seed: 1);
}
