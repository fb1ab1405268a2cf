using System.Globalization;

namespace Sweep.Domain.Trials;

/// <summary>A trial's key in every table and the key of its grain: <c>sweep · 1,000,000 + number</c>, so that it can be read.</summary>
/// <param name="Sweep">The sweep's id, from 1.</param>
/// <param name="Number">The trial's number within the sweep, from 1 to <see cref="MaxNumber"/>.</param>
public readonly record struct TrialId(int Sweep, int Number)
{
    public const int MaxNumber = 999_999;

    public long Value => (Sweep * 1_000_000L) + Number;

    public static TrialId From(long value) => new((int)(value / 1_000_000), (int)(value % 1_000_000));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Sweep}/{Number}");
}
