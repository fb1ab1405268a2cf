namespace Sweep.Domain.Reports;

/// <summary>The points that share a value of one parameter.</summary>
/// <param name="Value">
/// The value as a sweep file writes it. A parameter with many numbers has quarters of the points instead, as <c>lowest … highest</c>.
/// </param>
/// <param name="Count">Trials that succeeded.</param>
/// <param name="Failed">Trials that failed.</param>
/// <param name="Objective">The objective's metric at each trial's best epoch. Each of the spreads is over the means of the points.</param>
/// <param name="TrainSeconds">Training time.</param>
/// <param name="ModelParameters">Trainable numbers.</param>
/// <param name="ModelBytes">Bytes of the parameters.</param>
public sealed record ValueEffect(
    string Value, int Count, int Failed, Spread? Objective, Spread? TrainSeconds, Spread? ModelParameters, Spread? ModelBytes);

/// <summary>What one varying parameter did, averaged over everything else that varied.</summary>
/// <param name="ChangesWith">Parameters that changed only together with this one, so that the effects are theirs as well.</param>
/// <param name="Values">Numbers in ascending order, other values in the order of the trials.</param>
/// <param name="Raw">
/// The share of the variance between points as observed, the correlation ratio η² = Σ nᵥ (x̄ᵥ − x̄)² / Σ (xᵢ − x̄)². Chance alone makes it
/// <paramref name="Chance"/> on average, so it says little by itself. It is null when fewer than two values succeeded, no value succeeded
/// twice, or all points ended alike. Source: Fisher, Statistical Methods for Research Workers, 1925, § 45.
/// </param>
/// <param name="Chance">(k − 1) / (n − 1) of n points with k values; null like <paramref name="Raw"/>.</param>
/// <param name="Explained">
/// The share of the variance between points that the parameter explains beside all others, without what chance adds to it: ω², in [0, 1].
/// It is the main effect alone: an effect that two parameters have only together is in the share of neither. It is null when it would mean
/// nothing: fewer than two values succeeded, no point is left to tell chance by, all points ended alike, or the parameter cannot be told
/// apart from the others.
/// </param>
/// <param name="Probability">
/// How probable such a share is for a parameter without any effect, corrected for the number of parameters; null like
/// <paramref name="Explained"/>.
/// </param>
public sealed record ParameterEffect(
    string Parameter,
    IReadOnlyList<string> ChangesWith,
    IReadOnlyList<ValueEffect> Values,
    double? Raw,
    double? Chance,
    double? Explained,
    double? Probability)
{
    /// <summary>Whether the effect is told apart from chance.</summary>
    public bool Matters => Probability < ReportPoint.Level;
}

/// <summary>What one varying parameter did to one number of the trials.</summary>
/// <param name="Spreads">Of each value, over the points' means; null where no trial with it has the number.</param>
/// <param name="Explained">As in <see cref="ParameterEffect"/>; likewise <paramref name="Probability"/>.</param>
public sealed record MeasureEffect(
    string Parameter, IReadOnlyList<string> Values, IReadOnlyList<Spread?> Spreads, double? Explained, double? Probability);

/// <summary>The effects of all varying parameters on one number of the trials, the one that explains most first.</summary>
public sealed record MeasureInfluence(ReportMeasure Measure, IReadOnlyList<MeasureEffect> Effects);
