using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sweep.Trainer.Models.Passes;

/// <summary>
/// Reads and writes as many numbers at once as a vector of the processor holds: 4, 8 or 16. Each number is computed by itself, so that the
/// bits are the same with every width.
/// </summary>
internal static unsafe class Lanes
{
    /// <summary>The numbers from an address on; zeros after the first <paramref name="count"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Load(float* from, int count) =>
        count >= Vector<float>.Count ? Vector.Load(from) : LoadPart(from, count);

    /// <summary>Writes the first <paramref name="count"/> of the numbers, and at most all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector<float> vector, float* to, int count)
    {
        if (count >= Vector<float>.Count)
            vector.Store(to);
        else
            StorePart(vector, to, count);
    }

    /// <summary>Adds the first <paramref name="count"/> of the numbers to those at an address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(Vector<float> vector, float* to, int count) => Store(Load(to, count) + vector, to, count);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector<float> LoadPart(float* from, int count)
    {
        Span<float> numbers = stackalloc float[Vector<float>.Count];
        numbers.Clear();
        new ReadOnlySpan<float>(from, count).CopyTo(numbers);
        return new(numbers);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StorePart(Vector<float> vector, float* to, int count)
    {
        Span<float> numbers = stackalloc float[Vector<float>.Count];
        vector.CopyTo(numbers);
        numbers[..count].CopyTo(new(to, count));
    }
}
