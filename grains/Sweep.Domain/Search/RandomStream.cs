namespace Sweep.Domain.Search;

/// <summary>Random numbers of one trial, one after the other. Dimensions have the streams from 0 on, other uses those below.</summary>
internal struct RandomStream(long seed, long trial, long stream)
{
    private readonly ulong _start = SplitMix64.Bits(seed, trial, stream);
    private ulong _position;

    /// <summary>A number in [0, 1).</summary>
    public double Uniform() => (SplitMix64.Output(_start, ++_position) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A whole number in [0, <paramref name="count"/>).</summary>
    public int Below(int count) => (int)(Uniform() * count);

    /// <summary>A normal number. Source: Box and Muller 1958, the first of each pair.</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());
}
