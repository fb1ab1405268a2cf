using Sweep.Domain.Models;
using Sweep.Domain.Search;

namespace Sweep.Tests.Models;

/// <summary>What <c>plan</c> says of a trial's memory, against the peaks of real trainers.</summary>
public sealed class TrainingMemoryTests
{
    /// <param name="measured">Peak of a trainer's process on a CPU that trained nothing else, MiB, with a fifth held out.</param>
    [Theory]
    [InlineData(CellKind.Lstm, 1, 8, 5, 32, 1000, 60, OptimizerKind.Adam, 195)]
    [InlineData(CellKind.Rnn, 1, 256, 40, null, 2500, 60, OptimizerKind.Adam, 365)]
    [InlineData(CellKind.Rnn, 2, 256, 40, null, 2500, 60, OptimizerKind.Adam, 819)]
    [InlineData(CellKind.Lstm, 1, 256, 40, null, 2500, 60, OptimizerKind.Adam, 692)]
    [InlineData(CellKind.Lstm, 2, 256, 40, null, 2500, 60, OptimizerKind.Adam, 1924)]
    [InlineData(CellKind.Gru, 1, 256, 40, null, 2500, 60, OptimizerKind.Adam, 606)]
    [InlineData(CellKind.Gru, 2, 256, 40, null, 2500, 60, OptimizerKind.Adam, 1600)]
    [InlineData(CellKind.Lstm, 1, 128, 20, 128, 1000, 60, OptimizerKind.Adam, 203)]
    [InlineData(CellKind.Gru, 2, 128, 20, 128, 1000, 60, OptimizerKind.Adam, 224)]
    [InlineData(CellKind.Rnn, 1, 512, 30, 64, 500, 60, OptimizerKind.Adam, 220)]
    [InlineData(CellKind.Rnn, 1, 256, 80, null, 600, 60, OptimizerKind.Adam, 262)]
    [InlineData(CellKind.Lstm, 1, 512, 40, 32, 300, 60, OptimizerKind.Adam, 300)]
    [InlineData(CellKind.Lstm, 2, 256, 40, 128, 500, 60, OptimizerKind.Adam, 377)]
    public void The_peak_is_within_a_fifth_of_the_measured_one(
        CellKind cell, int layers, int hidden, int length, int? batch, int characters, int vocabulary, OptimizerKind optimizer,
        int measured)
    {
        var windows = WindowCounts.Of(characters, length, validation: 0.2);
        var planned = TrainingMemory.Peak(new(cell, vocabulary, hidden, layers, [], length), optimizer, batch, windows, characters);
        Assert.InRange(planned / (double)(1 << 20) / measured, 0.8, 1.2);
    }

    [Fact]
    public void More_of_anything_never_takes_less()
    {
        var shape = new ModelShape(CellKind.Gru, 60, 256, 2, [64], 20);
        var windows = new WindowCounts(1_000, 200);
        var before = Peak(shape, OptimizerKind.Sgd, 128, windows);
        Assert.All(
            [
                Peak(shape with { Vocabulary = 5_000 }, OptimizerKind.Sgd, 128, windows),
                Peak(shape with { HiddenSize = 300 }, OptimizerKind.Sgd, 128, windows),
                Peak(shape with { Layers = 3 }, OptimizerKind.Sgd, 128, windows),
                Peak(shape with { FullyConnected = [4_096] }, OptimizerKind.Sgd, 128, windows),
                Peak(shape with { SequenceLength = 30 }, OptimizerKind.Sgd, 128, windows),
                Peak(shape, OptimizerKind.AdamW, 128, windows), Peak(shape, OptimizerKind.Sgd, null, windows),
                Peak(shape, OptimizerKind.Sgd, 128, windows with { Validation = 500 }),
            ],
            more => Assert.True(more > before, $"{more} after {before}"));

        static long Peak(ModelShape shape, OptimizerKind optimizer, int? batch, WindowCounts windows) =>
            TrainingMemory.Peak(shape, optimizer, batch, windows, characters: 1_220);
    }
}
