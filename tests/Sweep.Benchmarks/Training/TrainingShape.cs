using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sweep.Domain.Models;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Trainer.Data;
using static TorchSharp.torch;

namespace Sweep.Benchmarks.Training;

/// <summary>The training of one row of the table.</summary>
/// <param name="Batch">Windows in a batch; null for all windows at once.</param>
/// <param name="Characters">
/// Length of the text. The speed does not depend on the characters themselves.
/// </param>
/// <param name="Distinct">How many distinct characters the text has.</param>
internal sealed record TrainingShape(CellKind Cell, int Length, int Hidden, int? Batch, int Characters, int Distinct = 44)
{
    /// <summary>The nine shapes of the published experiment, and those of its second part with few steps an epoch.</summary>
    public static IEnumerable<TrainingShape> All =>
    [
        .. from cell in Enum.GetValues<CellKind>()
           from length in new[] { 10, 20, 30 }
           select new TrainingShape(cell, length, 128, null, 2386),
        .. from cell in Enum.GetValues<CellKind>() select new TrainingShape(cell, 20, 256, 128, 1300),
    ];

    /// <summary>An LSTM on texts of few and of many distinct characters.</summary>
    public static IEnumerable<TrainingShape> Vocabularies =>
        from distinct in new[] { 60, 500, 2_000, 5_000, 20_000 }
        select new TrainingShape(CellKind.Lstm, 20, 256, 128, Math.Max(1300, distinct), distinct);

    public ModelShape Model => ModelShape.Of(Parameters(1), Distinct);

    public int TrainingWindows => WindowCounts.Of(Characters, Length, 0.2).Training;

    /// <summary>Steps of an epoch.</summary>
    public int Steps => Batch is { } batch ? (TrainingWindows + batch - 1) / batch : 1;

    public string Name =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Cell.ToString().ToLowerInvariant(),-4} T {Length} h {Hidden} batch {(Batch is { } batch ? batch : "full")} V {Distinct}");

    public TrainerCommand.Train Trial(int epochs) =>
        new(1_000_001, 1, Parameters(epochs), SplitKind.Windows, 0.2, new(Metric.ValLoss, Goal.Minimize), CheckpointEvery: 1e9);

    public TextDataset Text()
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(
            Enumerable.Range(0, Characters)
                .Select(i => (char)('0' + (i < Distinct ? i : (int)(SplitMix64.Bits(1, i, 0) % (ulong)Distinct))))));
        return TextDataset.Load(text, Convert.ToHexStringLower(SHA256.HashData(text)), CPU);
    }

    private TrialParameters Parameters(int epochs) =>
        new(
            Cell, Length, Hidden, Layers: 1, FullyConnected: [], LearningRate: 0.005, Batch, Dropout: 0, epochs, OptimizerKind.Adam,
            WeightDecay: 0, GradientClipping: 0, Seed: 42);
}
