using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sweep.Trainer.Models.Passes;

/// <summary>Derivatives, by the value that the function had.</summary>
internal static class Slope
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> OfSigmoid(Vector256<float> value) => value * (Vector256<float>.One - value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> OfTanh(Vector256<float> value) => Vector256<float>.One - (value * value);
}
