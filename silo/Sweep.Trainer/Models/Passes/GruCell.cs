using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sweep.Trainer.Models.Passes;

/// <summary>
/// r, z = σ(a) with a = W x + b + U h + c; n = tanh(W x + b + r⊙p) with p = U h + c; h' = (1−z)⊙n + z⊙h.
/// Backward: dn = dh'⊙(1 − z)⊙(1 − n²) for what tanh gets, which is the gradient of n's input; dp = dn⊙r; da is dn⊙p and dh'⊙(h − n) for r
/// and z, each times the function's slope; dh = dh'⊙z besides what comes through the products.
/// Source: Cho et al. 2014, with the reset gate after the product, as torch.nn.GRU states it (gates in the order r, z, n). The memory is p,
/// which only the backward pass needs.
/// </summary>
internal sealed unsafe class GruCell : ICell
{
    public int Gates => 3;

    public bool HasMemory => true;

    public bool HasShortcut => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(in CellRow row, float* input, int h)
    {
        for (var unit = 0; unit < h; unit += Vector<float>.Count)
        {
            var count = h - unit;
            var r = row.Gates + unit;
            var z = r + h;
            var n = z + h;
            var reset = Activation.Sigmoid(Lanes.Load(r, count) + Lanes.Load(input + unit, count));
            var update = Activation.Sigmoid(Lanes.Load(z, count) + Lanes.Load(input + h + unit, count));
            var product = Lanes.Load(n, count) + Lanes.Load(row.Bias + unit, count);
            var candidate = Activation.Tanh((reset * product) + Lanes.Load(input + (2 * h) + unit, count));
            var before = Lanes.Load(row.Before + unit, count);
            Lanes.Store(reset, r, count);
            Lanes.Store(update, z, count);
            Lanes.Store(candidate, n, count);
            Lanes.Store(product, row.Memory + unit, count);
            Lanes.Store(candidate + (update * (before - candidate)), row.State + unit, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(in CellRow row, in CellGradient gradient, float* input, int h)
    {
        for (var unit = 0; unit < h; unit += Vector<float>.Count)
        {
            var count = h - unit;
            var r = row.Gates + unit;
            var z = r + h;
            var n = z + h;
            var (reset, update, candidate) = (Lanes.Load(r, count), Lanes.Load(z, count), Lanes.Load(n, count));
            var state = Lanes.Load(gradient.State + unit, count);
            var ofCandidate = state * (Vector<float>.One - update) * Activation.SlopeOfTanh(candidate);
            var ofUpdate = state * (Lanes.Load(row.Before + unit, count) - candidate) * Activation.SlopeOfSigmoid(update);
            var ofReset = ofCandidate * Lanes.Load(row.Memory + unit, count) * Activation.SlopeOfSigmoid(reset);
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
