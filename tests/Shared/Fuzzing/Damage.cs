using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Sweep.Fuzzing;

public enum DamageKind { Remove, Insert, Replace, Repeat, Move, Flip, Cut }

/// <summary>One change of an input.</summary>
/// <param name="Place">Position as a share of the length, in millionths, so that it is valid whatever length earlier changes left.</param>
/// <param name="Length">Number of bytes that are changed.</param>
/// <param name="Bytes">Bytes that are inserted.</param>
public sealed record Damage(DamageKind Kind, int Place, int Length, byte[] Bytes)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Kind} {Length} at {Place}: {Convert.ToBase64String(Bytes)}");

    public static Gen<Damage> Any(IReadOnlyList<string> scraps) =>
        from kind in Gen.Elements(Enum.GetValues<DamageKind>())
        from place in Gen.Choose(0, 1_000_000)
        from length in Gen.Frequency((5, Gen.Choose(1, 4)), (2, Gen.Choose(5, 60)), (1, Gen.Choose(61, 4_000)))
        from bytes in Gen.Frequency(
            (3, Gen.Elements(scraps.Select(System.Text.Encoding.UTF8.GetBytes).ToArray())),
            (1, Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(4)))
        select new Damage(kind, place, length, bytes);

    public byte[] Do(byte[] input)
    {
        var place = (int)((long)Place * input.Length / 1_000_001);
        var end = Math.Min(input.Length, place + Length);
        return Kind switch
        {
            DamageKind.Remove => [.. input[..place], .. input[end..]],
            DamageKind.Insert => [.. input[..place], .. Bytes, .. input[place..]],
            DamageKind.Replace => [.. input[..place], .. Bytes, .. input[Math.Min(input.Length, place + Bytes.Length)..]],
            DamageKind.Repeat =>
            [
                .. input[..place], .. Enumerable.Repeat(input[place..end], 1 + (Length % 7)).SelectMany(piece => piece), .. input[place..],
            ],
            DamageKind.Move => [.. input[end..], .. input[..place], .. input[place..end]],
            DamageKind.Flip => input.Length == 0
                ? input
                : [.. input[..place], (byte)(input[place] ^ (1 << (Length % 8))), .. input[(place + 1)..]],
            DamageKind.Cut => input[..place],
            _ => throw new ArgumentOutOfRangeException(nameof(input), Kind, "Not a kind of damage."),
        };
    }
}
