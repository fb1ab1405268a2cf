using System.Runtime.CompilerServices;
namespace Sweep.Trainer.Models.Passes;

/// <summary>h' = tanh(W x + b + U h + c). Source: Elman 1990, as torch.nn.RNN states it.</summary>
internal sealed unsafe class RnnCell : ICell
{
    public static int Gates => 1;

    public static bool HasMemory => false;

    public static bool HasShortcut => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(in CellRow row, float* input, int h)
    {
        for (var unit = 0; unit < h; unit += Lanes.Count)
        {
            var count = h - unit;
            var sum = Lanes.Load(row.Gates + unit, count) + Lanes.Load(input + unit, count);
            Lanes.Store(Lanes.Tanh(sum), row.State + unit, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(in CellRow row, in CellGradient gradient, float* input, int h)
    {
        for (var unit = 0; unit < h; unit += Lanes.Count)
        {
            var count = h - unit;
            var state = Lanes.Load(row.State + unit, count);
            var sum = Lanes.Load(gradient.State + unit, count) * Slope.OfTanh(state);
            Lanes.Store(sum, row.Gates + unit, count);
            Lanes.Add(sum, input + unit, count);
        }
    }
}
