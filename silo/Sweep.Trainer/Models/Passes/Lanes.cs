using System.Runtime.Intrinsics;

namespace Sweep.Trainer.Models.Passes;

/// <summary>Eight numbers at once.</summary>
internal static unsafe class Lanes
{
    public const int Count = 8;

    /// <summary>The numbers from an address on; zeros after the first <paramref name="count"/>.</summary>
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

    public static void Add(Vector256<float> vector, float* to, int count) => Store(Load(to, count) + vector, to, count);

    public static Vector256<float> Sigmoid(Vector256<float> x) => Vector256<float>.One / (Vector256<float>.One + Vector256.Exp(-x));

    /// <summary>
    /// tanh x = sign x · (1 − 2 / (e^2|x| + 1)), and near zero, where that would lose digits, x + x³ P(x²) with the minimax polynomial P of
    /// the Cephes library's tanhf (Moshier 1992).
    /// </summary>
    public static Vector256<float> Tanh(Vector256<float> x)
    {
        var size = Vector256.Abs(x);
        var far = Vector256<float>.One - (Vector256.Create(2f) / (Vector256.Exp(size + size) + Vector256<float>.One));
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
