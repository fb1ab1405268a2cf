using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sweep.Trainer.Models.Passes;

/// <summary>Eight numbers at once.</summary>
internal static unsafe class Lanes
{
    public const int Count = 8;

    /// <summary>The numbers from an address on; zeros after the first <paramref name="count"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* from, int count)
    {
        if (count >= Count)
            return Vector256.Load(from);
        var numbers = stackalloc float[Count];
        for (var index = 0; index < count; index++)
            numbers[index] = from[index];
        return Vector256.Load(numbers);
    }

    /// <summary>Writes the first <paramref name="count"/> of the numbers, and at most all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> vector, float* to, int count)
    {
        if (count >= Count)
        {
            vector.Store(to);
            return;
        }

        for (var index = 0; index < count; index++)
            to[index] = vector[index];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(Vector256<float> vector, float* to, int count) => Store(Load(to, count) + vector, to, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sigmoid(Vector256<float> x) => Vector256<float>.One / (Vector256<float>.One + Exp(-x));

    /// <summary>
    /// e^x = 2^n e^r with n the nearest whole number to x / ln 2, and the minimax polynomial of the Cephes library's expf (Moshier 1992)
    /// for e^r. The runtime's own computes in doubles, which takes twice as long.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        // Beyond these a number would be infinite or so small that it has lost digits.
        x = Vector256.Min(Vector256.Max(x, Vector256.Create(-87.3f)), Vector256.Create(88.3f));
        var n = Vector256.Round(x * Vector256.Create(1.44269504088896341f));
        var r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-0.693359375f), x);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(2.12194440e-4f), r);
        var series = Vector256.Create(1.9875691500e-4f);
        series = Vector256.FusedMultiplyAdd(series, r, Vector256.Create(1.3981999507e-3f));
        series = Vector256.FusedMultiplyAdd(series, r, Vector256.Create(8.3334519073e-3f));
        series = Vector256.FusedMultiplyAdd(series, r, Vector256.Create(4.1665795894e-2f));
        series = Vector256.FusedMultiplyAdd(series, r, Vector256.Create(1.6666665459e-1f));
        series = Vector256.FusedMultiplyAdd(series, r, Vector256.Create(5.0000001201e-1f));
        series = Vector256.FusedMultiplyAdd(series, r * r, r + Vector256<float>.One);
        // The bits of 2^n are its exponent alone.
        return series * ((Vector256.ConvertToInt32(n) + Vector256.Create(127)) << 23).AsSingle();
    }

    /// <summary>
    /// tanh x = sign x · (1 − 2 / (e^2|x| + 1)), and near zero, where that would lose digits, x + x³ P(x²) with the minimax polynomial P of
    /// the Cephes library's tanhf (Moshier 1992).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Tanh(Vector256<float> x)
    {
        var size = Vector256.Abs(x);
        var far = Vector256<float>.One - (Vector256.Create(2f) / (Exp(size + size) + Vector256<float>.One));
        var square = x * x;
        var series = Vector256.Create(-5.70498872745e-3f);
        series = Vector256.FusedMultiplyAdd(series, square, Vector256.Create(2.06390887954e-2f));
        series = Vector256.FusedMultiplyAdd(series, square, Vector256.Create(-5.37397155531e-2f));
        series = Vector256.FusedMultiplyAdd(series, square, Vector256.Create(1.33314422036e-1f));
        series = Vector256.FusedMultiplyAdd(series, square, Vector256.Create(-3.33332819422e-1f));
        var near = Vector256.FusedMultiplyAdd(series * square, x, x);
        return Vector256.ConditionalSelect(
            Vector256.LessThan(size, Vector256.Create(0.625f)), near, Vector256.CopySign(far, x));
    }
}
