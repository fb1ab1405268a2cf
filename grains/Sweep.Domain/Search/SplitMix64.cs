namespace Sweep.Domain.Search;

/// <summary>
/// Random numbers as a pure function of a seed and a position, so that a search needs no state to go on where it stopped. Source: Steele,
/// Lea and Flood, Fast splittable pseudorandom number generators, OOPSLA 2014, figure 17 (constants of MurmurHash3's mix variant 13).
/// </summary>
public static class SplitMix64
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>A number in [0, 1), on a grid of 2⁻⁵³.</summary>
    public static double Uniform(long seed, long trial, long dimension) => (Bits(seed, trial, dimension) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A generator for the seed starts one for each trial, which starts one for each dimension.</summary>
    public static ulong Bits(long seed, long trial, long dimension) =>
        Output(Output(Output((ulong)seed, 1), (ulong)trial), (ulong)dimension);

    /// <summary>What the generator with this seed gives at its <paramref name="position"/>-th call, from 1.</summary>
    public static ulong Output(ulong seed, ulong position)
    {
        var z = seed + (position * Golden);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
