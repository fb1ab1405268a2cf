using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sweep.Trainer.Models.Passes;

/// <summary>The functions of the cells and their derivatives, right to a few units in the last place.</summary>
internal static class Activation
{
    /// <summary>σ(x) = 1 / (1 + e^−x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Sigmoid(Vector<float> x) => Vector<float>.One / (Vector<float>.One + Exp(-x));

    /// <summary>σ'(x) = σ(x) · (1 − σ(x)).</summary>
    /// <param name="value">σ(x).</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> SlopeOfSigmoid(Vector<float> value) => value * (Vector<float>.One - value);

    /// <summary>
    /// tanh x = sign x · (1 − 2 / (e^2|x| + 1)), and near zero, where that would lose digits, x + x³ P(x²) with the minimax polynomial P of
    /// the Cephes library's tanhf (Moshier 1992).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Tanh(Vector<float> x)
    {
        var size = Vector.Abs(x);
        var far = Vector<float>.One - (Vector.Create(2f) / (Exp(size + size) + Vector<float>.One));
        var square = x * x;
        var series = Vector.Create(-5.70498872745e-3f);
        series = Vector.FusedMultiplyAdd(series, square, Vector.Create(2.06390887954e-2f));
        series = Vector.FusedMultiplyAdd(series, square, Vector.Create(-5.37397155531e-2f));
        series = Vector.FusedMultiplyAdd(series, square, Vector.Create(1.33314422036e-1f));
        series = Vector.FusedMultiplyAdd(series, square, Vector.Create(-3.33332819422e-1f));
        var near = Vector.FusedMultiplyAdd(series * square, x, x);
        return Vector.ConditionalSelect(Vector.LessThan(size, Vector.Create(0.625f)), near, Vector.CopySign(far, x));
    }

    /// <summary>tanh'(x) = 1 − tanh²(x).</summary>
    /// <param name="value">tanh x.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> SlopeOfTanh(Vector<float> value) => Vector<float>.One - (value * value);

    /// <summary>
    /// e^x = 2^n e^r with n the nearest whole number to x / ln 2, and the minimax polynomial of the Cephes library's expf (Moshier 1992)
    /// for e^r. The runtime's own computes in doubles, which takes twice as long.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Exp(Vector<float> x)
    {
        // Beyond these a number would be infinite or so small that it has lost digits. The processor's own comparison takes one
        // instruction, and gives the second number where one of them is not a number.
        x = Vector.MinNative(Vector.Create(88.3f), Vector.MaxNative(Vector.Create(-87.3f), x));
        var n = Vector.Round(x * Vector.Create(1.44269504088896341f));
        var r = Vector.FusedMultiplyAdd(n, Vector.Create(-0.693359375f), x);
        r = Vector.FusedMultiplyAdd(n, Vector.Create(2.12194440e-4f), r);
        var series = Vector.Create(1.9875691500e-4f);
        series = Vector.FusedMultiplyAdd(series, r, Vector.Create(1.3981999507e-3f));
        series = Vector.FusedMultiplyAdd(series, r, Vector.Create(8.3334519073e-3f));
        series = Vector.FusedMultiplyAdd(series, r, Vector.Create(4.1665795894e-2f));
        series = Vector.FusedMultiplyAdd(series, r, Vector.Create(1.6666665459e-1f));
        series = Vector.FusedMultiplyAdd(series, r, Vector.Create(5.0000001201e-1f));
        series = Vector.FusedMultiplyAdd(series, r * r, r + Vector<float>.One);
        // The bits of 2^n are its exponent alone.
        return series * Vector.AsVectorSingle((Vector.ConvertToInt32Native(n) + Vector.Create(127)) << 23);
    }
}
