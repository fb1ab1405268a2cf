using Sweep.Domain.Models;
using Sweep.Domain.Search;

namespace Sweep.Tests.Models;

/// <summary>Compares with numbers worked out by hand: vocabulary 5, width 3, 4 steps, unless a test gives others.</summary>
public sealed class ModelShapeTests
{
    [Theory]
    // The embedding has 5·3 = 15 parameters, a gate 2·3·3 + 2·3 = 24, the logits 3·5 + 5 = 20.
    [InlineData(CellKind.Rnn, 15 + (1 * 24) + 20)]
    [InlineData(CellKind.Gru, 15 + (3 * 24) + 20)]
    [InlineData(CellKind.Lstm, 15 + (4 * 24) + 20)]
    public void Parameters_of_one_layer(CellKind cell, long expected)
    {
        Assert.Equal(expected, Shape(cell).Parameters);
        Assert.Equal(4 * expected, Shape(cell).Bytes);
    }

    [Theory]
    // A step multiplies by two 3×3 matrices a gate, 18 in all. LSTM and GRU combine three times by element, 9 in all. The logits take
    // 3·5 = 15, once.
    [InlineData(CellKind.Rnn, (4 * 18) + 15)]
    [InlineData(CellKind.Gru, (4 * ((3 * 18) + 9)) + 15)]
    [InlineData(CellKind.Lstm, (4 * ((4 * 18) + 9)) + 15)]
    public void Multiply_accumulates_of_one_layer(CellKind cell, long expected) => Assert.Equal(expected, Shape(cell).Macs);

    [Theory]
    // The embedding has 15 parameters, then come two layers, then 3·7 + 7 = 28, 7·2 + 2 = 16 and 2·5 + 5 = 15.
    [InlineData(CellKind.Rnn, 15 + (2 * 24) + 28 + 16 + 15)]
    [InlineData(CellKind.Gru, 15 + (2 * 72) + 28 + 16 + 15)]
    [InlineData(CellKind.Lstm, 15 + (2 * 96) + 28 + 16 + 15)]
    public void Parameters_of_two_layers_and_a_head(CellKind cell, long expected) =>
        Assert.Equal(expected, Shape(cell, 2, 7, 2).Parameters);

    [Theory]
    // Two layers are computed at each of four steps; 3·7 + 7·2 + 2·5 = 45 follow once.
    [InlineData(CellKind.Rnn, (4 * 2 * 18) + 45)]
    [InlineData(CellKind.Gru, (4 * 2 * 63) + 45)]
    [InlineData(CellKind.Lstm, (4 * 2 * 81) + 45)]
    public void Multiply_accumulates_of_two_layers_and_a_head(CellKind cell, long expected) =>
        Assert.Equal(expected, Shape(cell, 2, 7, 2).Macs);

    [Theory]
    // With 44 characters, width 128 and 10 steps the embedding has 5,632 parameters, a gate 2·16,384 + 256 = 33,024 and the logits
    // 5,632 + 44. A step takes 32,768 multiplications a gate, and 384 by element.
    [InlineData(CellKind.Rnn, 5632 + 33024 + 5676, 327_680 + 5632)]
    [InlineData(CellKind.Gru, 5632 + 99072 + 5676, 983_040 + 3840 + 5632)]
    [InlineData(CellKind.Lstm, 5632 + 132096 + 5676, 1_310_720 + 3840 + 5632)]
    public void The_published_models_have_the_sizes_worked_out_by_hand(CellKind cell, long parameters, long macs)
    {
        var shape = new ModelShape(cell, 44, 128, 1, [], 10);
        Assert.Equal((parameters, macs), (shape.Parameters, shape.Macs));
    }

    [Fact]
    public void The_largest_model_of_the_catalog_overflows_nothing()
    {
        var largest = new ModelShape(CellKind.Lstm, 1_114_112, 65_536, 128, [.. Enumerable.Repeat(65_536, 32)], 100_000);
        Assert.True(largest.Bytes > largest.Parameters && largest.Parameters > 0);
        // The layers take 100,000 steps · 128 layers · (8·65,536² + 3·65,536), the head 32·65,536² + 65,536·1,114,112.
        Assert.Equal(
            (100_000L * 128 * ((8L * 65_536 * 65_536) + (3 * 65_536))) + (32L * 65_536 * 65_536) + (65_536L * 1_114_112), largest.Macs);
        var windows = new WindowCounts(int.MaxValue, 10_000_000);
        Assert.Equal(long.MaxValue, TrainingMemory.Peak(largest, OptimizerKind.Adam, batch: null, windows, int.MaxValue));
    }

    private static ModelShape Shape(CellKind cell, int layers = 1, params int[] fullyConnected) =>
        new(cell, 5, 3, layers, fullyConnected, 4);
}
