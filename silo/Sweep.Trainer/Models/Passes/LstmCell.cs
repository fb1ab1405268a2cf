using System.Runtime.CompilerServices;
namespace Sweep.Trainer.Models.Passes;

/// <summary>
/// i, f, o = σ(W x + b + U h + c), g = tanh(…); c' = f⊙c + i⊙g; h' = o⊙tanh c'.
/// Source: Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000, as torch.nn.LSTM states it (gates in the order i, f,
/// g, o). The memory is c.
/// </summary>
internal sealed unsafe class LstmCell : ICell
{
    public static int Gates => 4;

    public static bool HasMemory => true;

    public static bool HasShortcut => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(in CellRow row, float* input, int h)
    {
        for (var unit = 0; unit < h; unit += Lanes.Count)
        {
            var count = h - unit;
            var i = row.Gates + unit;
            var f = i + h;
            var g = f + h;
            var o = g + h;
            var write = Lanes.Sigmoid(Lanes.Load(i, count) + Lanes.Load(input + unit, count));
            var keep = Lanes.Sigmoid(Lanes.Load(f, count) + Lanes.Load(input + h + unit, count));
            var candidate = Lanes.Tanh(Lanes.Load(g, count) + Lanes.Load(input + (2 * h) + unit, count));
            var read = Lanes.Sigmoid(Lanes.Load(o, count) + Lanes.Load(input + (3 * h) + unit, count));
            var memory = (keep * Lanes.Load(row.MemoryBefore + unit, count)) + (write * candidate);
            Lanes.Store(write, i, count);
            Lanes.Store(keep, f, count);
            Lanes.Store(candidate, g, count);
            Lanes.Store(read, o, count);
            Lanes.Store(memory, row.Memory + unit, count);
            Lanes.Store(read * Lanes.Tanh(memory), row.State + unit, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(in CellRow row, in CellGradient gradient, float* input, int h)
    {
        for (var unit = 0; unit < h; unit += Lanes.Count)
        {
            var count = h - unit;
            var i = row.Gates + unit;
            var f = i + h;
            var g = f + h;
            var o = g + h;
            var (write, keep) = (Lanes.Load(i, count), Lanes.Load(f, count));
            var (candidate, read) = (Lanes.Load(g, count), Lanes.Load(o, count));
            var shown = Lanes.Tanh(Lanes.Load(row.Memory + unit, count));
            var state = Lanes.Load(gradient.State + unit, count);
            var memory = Lanes.Load(gradient.Memory + unit, count) + (state * read * Slope.OfTanh(shown));
            var ofWrite = memory * candidate * Slope.OfSigmoid(write);
            var ofKeep = memory * Lanes.Load(row.MemoryBefore + unit, count) * Slope.OfSigmoid(keep);
            var ofCandidate = memory * write * Slope.OfTanh(candidate);
            var ofRead = state * shown * Slope.OfSigmoid(read);
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
