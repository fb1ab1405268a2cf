using Sweep.Domain.Models;
using Sweep.Domain.Search;

namespace Sweep.Domain.Sweeps;

/// <summary>
/// The characters of a text that are predicted in training, validation and test, by their position from 0, in ascending order. They depend
/// on the text's length and on the sweep alone, so trials with other sequence lengths and seeds are measured on the same characters.
/// </summary>
public sealed record TargetSplit(IReadOnlyList<long> Training, IReadOnlyList<long> Validation, IReadOnlyList<long> Test)
{
    /// <param name="firstTarget">The first position, at least the length of the longest window.</param>
    /// <param name="counts">How many positions each part has.</param>
    /// <param name="seed">The sweep's seed, for a random split.</param>
    /// <exception cref="ArgumentOutOfRangeException">The kind does not split by position.</exception>
    public static TargetSplit Of(SplitKind kind, int firstTarget, WindowCounts counts, long seed)
    {
        var positions = new long[counts.All];
        for (var index = 0; index < positions.Length; index++)
            positions[index] = firstTarget + index;
        // The test part is chosen first, so that another share of validation leaves it as it is.
        var heldOut = counts.Test + counts.Validation;
        if (kind == SplitKind.Random)
            DrawFirst(positions, heldOut, seed);
        else if (kind == SplitKind.Tail)
            Array.Reverse(positions);
        else
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "This split does not hold out by position.");
        return new(Sorted(positions[heldOut..]), Sorted(positions[counts.Test..heldOut]), Sorted(positions[..counts.Test]));
    }

    /// <summary>Puts some of the positions, drawn without replacement, in front of the others. Source: Fisher and Yates 1938.</summary>
    private static void DrawFirst(long[] positions, int count, long seed)
    {
        // Trials draw their parameters from the streams from 0 on.
        var stream = SplitMix64.Bits(seed, trial: -1, dimension: 0);
        for (var index = 0; index < count; index++)
        {
            // The high half of the product is below the number of those left, each value with the same probability to within 2⁻⁶⁴.
            var other = index + (int)Math.BigMul(SplitMix64.Output(stream, (ulong)index + 1), (ulong)(positions.Length - index), out _);
            (positions[index], positions[other]) = (positions[other], positions[index]);
        }
    }

    private static long[] Sorted(long[] positions)
    {
        Array.Sort(positions);
        return positions;
    }
}
