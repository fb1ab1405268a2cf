using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sweep.Trainer.Models.Passes;

/// <summary>
/// r, z = σ(W x + b + U h + c); n = tanh(W x + b + r⊙(U h + c)); h' = (1−z)⊙n + z⊙h.
/// Source: Cho et al. 2014, with the reset gate after the product, as torch.nn.GRU states it (gates in the order r, z, n). The memory is
/// U h + c of the candidate n, which only the backward pass needs.
/// </summary>
internal sealed unsafe class GruCell : ICell
{
    public static int Gates => 3;

    public static bool HasMemory => true;

    public static bool HasShortcut => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(in CellRow row, float* input, int h)
    {
        for (var unit = 0; unit < h; unit += Lanes.Count)
        {
            var count = h - unit;
            var r = row.Gates + unit;
            var z = r + h;
            var n = z + h;
            var reset = Lanes.Sigmoid(Lanes.Load(r, count) + Lanes.Load(input + unit, count));
            var update = Lanes.Sigmoid(Lanes.Load(z, count) + Lanes.Load(input + h + unit, count));
            var product = Lanes.Load(n, count) + Lanes.Load(row.Bias + unit, count);
            var candidate = Lanes.Tanh((reset * product) + Lanes.Load(input + (2 * h) + unit, count));
            var before = Lanes.Load(row.Before + unit, count);
            Lanes.Store(reset, r, count);
            Lanes.Store(update, z, count);
            Lanes.Store(candidate, n, count);
            Lanes.Store(product, row.Memory + unit, count);
            Lanes.Store(candidate + (update * (before - candidate)), row.State + unit, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(in CellRow row, in CellGradient gradient, float* input, int h)
    {
        for (var unit = 0; unit < h; unit += Lanes.Count)
        {
            var count = h - unit;
            var r = row.Gates + unit;
            var z = r + h;
            var n = z + h;
            var (reset, update, candidate) = (Lanes.Load(r, count), Lanes.Load(z, count), Lanes.Load(n, count));
            var state = Lanes.Load(gradient.State + unit, count);
            var ofCandidate = state * (Vector256<float>.One - update) * Slope.OfTanh(candidate);
            var ofUpdate = state * (Lanes.Load(row.Before + unit, count) - candidate) * Slope.OfSigmoid(update);
            var ofReset = ofCandidate * Lanes.Load(row.Memory + unit, count) * Slope.OfSigmoid(reset);
            var ofProduct = ofCandidate * reset;
            Lanes.Store(state * update, gradient.State + unit, count);
            Lanes.Store(ofReset, r, count);
            Lanes.Store(ofUpdate, z, count);
            Lanes.Store(ofProduct, n, count);
            Lanes.Add(ofProduct, gradient.Bias + unit, count);
            Lanes.Add(ofReset, input + unit, count);
            Lanes.Add(ofUpdate, input + h + unit, count);
            Lanes.Add(ofCandidate, input + (2 * h) + unit, count);
        }
    }
}
