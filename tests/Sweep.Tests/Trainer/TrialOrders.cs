using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Trainer;

/// <summary>Orders for small trials, and a text to train them on.</summary>
internal static class TrialOrders
{
    public static readonly Objective LowestLoss = new(Metric.ValLoss, Goal.Minimize);

    /// <summary>Makes a text with a pattern that can be learned; three characters of ten are random letters from a to l.</summary>
    public static string Text(int length) =>
        string.Concat(Enumerable.Range(0, length)
            .Select(i => SplitMix64.Uniform(7, i, 0) < 0.3 ? (char)('a' + (SplitMix64.Bits(7, i, 1) % 12)) : "hello dear "[i % 11]));

    public static TrialParameters Parameters(CellKind cell) =>
        new(
            cell, SequenceLength: 5, HiddenSize: 8, Layers: 1, FullyConnected: [], LearningRate: 0.01, BatchSize: 32, Dropout: 0, Epochs: 2,
            OptimizerKind.Adam, WeightDecay: 0, GradientClipping: 0, Seed: 42);

    public static TrainerCommand.Train Order(TrialParameters parameters, double checkpointEvery = 1000) =>
        new(TrialId.From(1_000_001).Value, Attempt: 1, parameters, SplitKind.Windows, Validation: 0.2, LowestLoss, checkpointEvery);
}
