using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sweep.Trainer.Models.Passes;

/// <summary>
/// h' = tanh a with a = W x + b + U h + c; backward da = dh' ⊙ (1 − h'²), which is the gradient of the product and of the input.
/// Source: Elman 1990, as torch.nn.RNN states it.
/// </summary>
internal sealed unsafe class RnnCell : ICell
{
    public int Gates => 1;

    public bool HasMemory => false;

    public bool HasShortcut => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(in CellRow row, float* input, int h)
    {
        for (var unit = 0; unit < h; unit += Vector<float>.Count)
        {
            var count = h - unit;
            var sum = Lanes.Load(row.Gates + unit, count) + Lanes.Load(input + unit, count);
            Lanes.Store(Activation.Tanh(sum), row.State + unit, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(in CellRow row, in CellGradient gradient, float* input, int h)
    {
        for (var unit = 0; unit < h; unit += Vector<float>.Count)
        {
            var count = h - unit;
            var state = Lanes.Load(row.State + unit, count);
            var ofSum = Lanes.Load(gradient.State + unit, count) * Activation.SlopeOfTanh(state);
            Lanes.Store(ofSum, row.Gates + unit, count);
            Lanes.Add(ofSum, input + unit, count);
        }
    }
}
