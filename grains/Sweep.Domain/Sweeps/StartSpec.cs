namespace Sweep.Domain.Sweeps;

/// <summary>The weights from which each trial of a sweep begins, in place of random ones.</summary>
/// <param name="Sweep">The name of the sweep that they come from. It may be deleted since: the weights are a copy.</param>
/// <param name="Trial">The number of the trial that they come from.</param>
/// <param name="Epoch">The epoch after which it had them, its best one.</param>
/// <param name="Sha256">Of their file, lower-case hexadecimal: the key in the table <c>weights</c>.</param>
public sealed record StartSpec(string Sweep, int Trial, int Epoch, string Sha256)
{
    public override string ToString() => FormattableString.Invariant($"{Sweep}/{Trial}");
}
