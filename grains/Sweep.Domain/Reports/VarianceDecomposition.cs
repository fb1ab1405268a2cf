namespace Sweep.Domain.Reports;

/// <summary>
/// The share of the objective's variance that parameters have together, without the shares of fewer of them and without what chance adds to
/// it: ω², in [0, 1].
/// </summary>
/// <param name="Parameters">One for a main effect, two for an interaction.</param>
/// <param name="Probability">
/// How probable such a share is without any effect, corrected for the number of shares.
/// </param>
public sealed record VarianceShare(IReadOnlyList<string> Parameters, double Share, double Probability)
{
    /// <summary>Whether the share is told apart from chance.</summary>
    public bool Matters => Probability < ReportPoint.Level;
}

/// <summary>
/// Where the variance between the trials of a full grid comes from: V = Σᵢ Vᵢ + Σᵢⱼ Vᵢⱼ + rest,
/// with Vᵢ = mean over trials of aᵢ², aᵢ(v) = mean of the trials with the value v − overall mean,
/// and aᵢⱼ(v, w) = mean of the trials with both − aᵢ(v) − aⱼ(w) − overall mean.
/// Source: Hutter, Hoos and Leyton-Brown, An efficient approach for assessing hyperparameter importance, ICML 2014, section 3 (functional
/// ANOVA). There the means are marginals of a random forest; in a full grid they are the trials' own, and the decomposition is exact.
/// </summary>
/// <param name="Shares">
/// Main effects, and interactions of two where replicates or further parameters leave a rest to tell them from chance; the largest first.
/// </param>
/// <param name="Rest">What is left: all other interactions, and chance.</param>
public sealed record VarianceDecomposition(IReadOnlyList<VarianceShare> Shares, double Rest)
{
    /// <returns>Null where nothing is left to tell chance by.</returns>
    internal static VarianceDecomposition? Of(
        IReadOnlyList<Factor> factors, BalancedDesign design, IReadOnlyList<TermInfluence>? influences)
    {
        if (influences is null || influences.Any(influence => influence.Explained is null))
            return null;
        var corrected = InfluenceTest.HolmCorrected([.. influences.Select(influence => influence.Probability)]);
        var shares = influences
            .Select((influence, term) => new VarianceShare(
                [.. design.Terms[term].Select(factor => factors[factor].Name)], influence.Explained!.Value, corrected[term]!.Value))
            .OrderByDescending(share => share.Share)
            .ToList();
        return new(shares, Math.Max(0, 1 - shares.Sum(share => share.Share)));
    }
}
