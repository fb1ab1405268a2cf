namespace Sweep.Domain.Search;

/// <summary>
/// Points that fill a cube more evenly than random ones do: of the first 2ᵏ points, each of 2ᵏ equal parts of each side has one. Source:
/// I. M. Sobol, USSR Comput. Math. Math. Phys. 7(4), 1967; in Gray code, Antonov and Saleev 1979; directions of
/// <see cref="SobolDirections"/>.
/// </summary>
public static class SobolPoints
{
    private const int Bits = 32;

    /// <summary>By dimension, the number that each bit of the index adds.</summary>
    private static readonly uint[][] Directions =
        [VanDerCorput(), .. SobolDirections.Table.Select(row => Extended(row.Coefficients, row.First))];

    /// <summary>How many dimensions there are.</summary>
    public static int Dimensions => Directions.Length;

    /// <summary>A coordinate as a fraction of 2³².</summary>
    /// <param name="index">From 0; the point of index 0 is the corner 0.</param>
    /// <param name="dimension">From 0, below <see cref="Dimensions"/>.</param>
    public static uint Coordinate(uint index, int dimension)
    {
        var directions = Directions[dimension];
        var sum = 0u;
        for (var gray = index ^ (index >> 1); gray != 0; gray &= gray - 1)
            sum ^= directions[int.TrailingZeroCount((int)gray)];
        return sum;
    }

    /// <summary>
    /// A coordinate in [0, 1) whose digits were permuted at random, which keeps the points even and makes each of them uniform. Source:
    /// A. B. Owen, Randomly permuted (t,m,s)-nets and (t,s)-sequences, 1995: whether a bit is flipped depends on all the bits before it.
    /// </summary>
    public static double Scrambled(uint index, int dimension, long seed)
    {
        var coordinate = Coordinate(index, dimension);
        // Trials are numbered from 1, so no other draw of the sweep has the stream of trial 0.
        var stream = SplitMix64.Bits(seed, trial: 0, dimension);
        var scrambled = 0u;
        for (var bit = 0; bit < Bits; bit++)
        {
            // The position names the bits before this one and how many they are: a 1 stands in front of them.
            var before = (1UL << bit) | (bit == 0 ? 0 : coordinate >> (Bits - bit));
            var flip = (uint)(SplitMix64.Output(stream, before) >> 63);
            scrambled |= ((coordinate >> (Bits - 1 - bit) & 1) ^ flip) << (Bits - 1 - bit);
        }

        // No two of the points share the first 32 digits, so that the 21 after them are independent.
        var rest = SplitMix64.Output(stream, (1UL << Bits) + index) >> 43;
        return (((ulong)scrambled << 21) | rest) * (1.0 / (1UL << 53));
    }

    private static uint[] VanDerCorput() => [.. Enumerable.Range(0, Bits).Select(bit => 1u << (Bits - 1 - bit))];

    /// <summary>The recurrence of a primitive polynomial from its first numbers.</summary>
    private static uint[] Extended(uint coefficients, uint[] first)
    {
        var degree = first.Length;
        var directions = new uint[Bits];
        for (var bit = 0; bit < Bits; bit++)
        {
            if (bit < degree)
            {
                directions[bit] = first[bit] << (Bits - 1 - bit);
                continue;
            }

            directions[bit] = directions[bit - degree] ^ (directions[bit - degree] >> degree);
            for (var term = 1; term < degree; term++)
            {
                if ((coefficients >> (degree - 1 - term) & 1) != 0)
                    directions[bit] ^= directions[bit - term];
            }
        }

        return directions;
    }
}
