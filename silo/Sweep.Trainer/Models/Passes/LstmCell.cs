using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sweep.Trainer.Models.Passes;

/// <summary>
/// i, f, o = σ(a), g = tanh(a), each with its own a = W x + b + U h + c; m' = f⊙m + i⊙g for the memory m; h' = o⊙tanh m'.
/// Backward: dm' += dh'⊙o⊙(1 − tanh² m'); da of i, f, g and o is dm'⊙g, dm'⊙m, dm'⊙i and dh'⊙tanh m', each times the function's slope,
/// which is the gradient of the products and of the input; dm = dm'⊙f.
/// Source: Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000, as torch.nn.LSTM states it (gates in the order i, f,
/// g, o).
/// </summary>
internal sealed unsafe class LstmCell : ICell
{
    public int Gates => 4;

    public bool HasMemory => true;

    public bool HasShortcut => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(in CellRow row, float* input, int h)
    {
        for (var unit = 0; unit < h; unit += Vector<float>.Count)
        {
            var count = h - unit;
            var i = row.Gates + unit;
            var f = i + h;
            var g = f + h;
            var o = g + h;
            var write = Activation.Sigmoid(Lanes.Load(i, count) + Lanes.Load(input + unit, count));
            var keep = Activation.Sigmoid(Lanes.Load(f, count) + Lanes.Load(input + h + unit, count));
            var candidate = Activation.Tanh(Lanes.Load(g, count) + Lanes.Load(input + (2 * h) + unit, count));
            var read = Activation.Sigmoid(Lanes.Load(o, count) + Lanes.Load(input + (3 * h) + unit, count));
            var memory = (keep * Lanes.Load(row.MemoryBefore + unit, count)) + (write * candidate);
            Lanes.Store(write, i, count);
            Lanes.Store(keep, f, count);
            Lanes.Store(candidate, g, count);
            Lanes.Store(read, o, count);
            Lanes.Store(memory, row.Memory + unit, count);
            Lanes.Store(read * Activation.Tanh(memory), row.State + unit, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(in CellRow row, in CellGradient gradient, float* input, int h)
    {
        for (var unit = 0; unit < h; unit += Vector<float>.Count)
        {
            var count = h - unit;
            var i = row.Gates + unit;
            var f = i + h;
            var g = f + h;
            var o = g + h;
            var (write, keep) = (Lanes.Load(i, count), Lanes.Load(f, count));
            var (candidate, read) = (Lanes.Load(g, count), Lanes.Load(o, count));
            var shown = Activation.Tanh(Lanes.Load(row.Memory + unit, count));
            var state = Lanes.Load(gradient.State + unit, count);
            var memory = Lanes.Load(gradient.Memory + unit, count) + (state * read * Activation.SlopeOfTanh(shown));
            var ofWrite = memory * candidate * Activation.SlopeOfSigmoid(write);
            var ofKeep = memory * Lanes.Load(row.MemoryBefore + unit, count) * Activation.SlopeOfSigmoid(keep);
            var ofCandidate = memory * write * Activation.SlopeOfTanh(candidate);
            var ofRead = state * shown * Activation.SlopeOfSigmoid(read);
            Lanes.Store(memory * keep, gradient.Memory + unit, count);
            Lanes.Store(ofWrite, i, count);
            Lanes.Store(ofKeep, f, count);
            Lanes.Store(ofCandidate, g, count);
            Lanes.Store(ofRead, o, count);
            Lanes.Add(ofWrite, input + unit, count);
            Lanes.Add(ofKeep, input + h + unit, count);
            Lanes.Add(ofCandidate, input + (2 * h) + unit, count);
            Lanes.Add(ofRead, input + (3 * h) + unit, count);
        }
    }
}
