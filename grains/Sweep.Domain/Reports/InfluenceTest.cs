using MathNet.Numerics.Distributions;
using Sweep.Domain.Search;

namespace Sweep.Domain.Reports;

/// <summary>What one term of a design explains of the variance between the observations.</summary>
/// <param name="Explained">
/// ω² = (squares − freedom · m) / (all squares + m) with m = rest / freedom of the rest: the share without what chance adds to it, in
/// [0, 1]; null when nothing is left to tell chance by. Source: Hays, Statistics for Psychologists, 1963.
/// </param>
/// <param name="Probability">
/// How probable a share of at least this size is for a term without any effect, by permutations; null like
/// <paramref name="Explained"/>.
/// </param>
internal sealed record TermInfluence(double? Explained, double? Probability);

/// <summary>Tells the influence of a design's terms from chance.</summary>
internal static class InfluenceTest
{
    private const int MostPermutations = 999;
    private const int FewestPermutations = 199;

    /// <summary>
    /// After so many permutations that explain at least as much, the probability is known well enough. Source: Besag and Clifford,
    /// Sequential Monte Carlo p-values, Biometrika 78(2), 1991.
    /// </summary>
    private const int EnoughToStop = 40;

    /// <summary>Permutations times observations times terms, which bounds the time of a report.</summary>
    private const double MostWork = 5e6;

    /// <summary>With more observations than these, permutations and the F distribution agree.</summary>
    private const int MostPermuted = 2000;

    private const int Resamplings = 399;
    private const double Nothing = 1e-12;

    /// <summary>
    /// The influence of each term. What the model without a term leaves is permuted, so that the effects of the other terms stay where they
    /// are. Source: Freedman and Lane, A nonstochastic interpretation of reported significance levels, JBES 1(4), 1983.
    /// </summary>
    /// <param name="values">One for each observation, finite.</param>
    /// <returns>Null when all values are equal.</returns>
    public static IReadOnlyList<TermInfluence>? Of(FactorDesign design, IReadOnlyList<double> values)
    {
        if (Standardized(values) is not { } standard)
            return null;
        var (squares, rest) = design.Split(standard);
        return
        [
            .. design.Terms.Select((_, term) => new TermInfluence(
                IsTestable(design, term) ? OmegaSquared(design, squares, rest, term) : null,
                IsTestable(design, term) ? Probability(design, standard, term, Ratio(design, squares, rest, term)) : null)),
        ];
    }

    /// <summary>The share of each term for numbers in which no chance is, so that nothing is corrected and nothing tested.</summary>
    /// <returns>Null when all values are equal.</returns>
    public static IReadOnlyList<TermInfluence>? WithoutChance(FactorDesign design, IReadOnlyList<double> values) =>
        Standardized(values) is { } standard
            ? [.. design.Split(standard).Squares.Select(squares => new TermInfluence(Math.Min(1, squares / design.Observations), null))]
            : null;

    /// <summary>
    /// Corrects probabilities for their number: with none of the terms having an effect, the smallest one is below 0.05 in at most 5 % of
    /// the cases. Source: Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, 1979.
    /// </summary>
    public static IReadOnlyList<double?> HolmCorrected(IReadOnlyList<double?> probabilities)
    {
        var corrected = new double?[probabilities.Count];
        var (left, largest) = (probabilities.Count(probability => probability is not null), 0.0);
        foreach (var (index, probability) in probabilities.Index().Where(pair => pair.Item is not null).OrderBy(pair => pair.Item))
        {
            largest = Math.Max(largest, Math.Min(1, probability!.Value * left--));
            corrected[index] = largest;
        }

        return corrected;
    }

    /// <summary>
    /// Whether a term explains more than another one, where either might have come first: in at least 97.5 % of the samples that are drawn
    /// again from the model's residuals. How far residuals scatter is itself known only as well as their degrees of freedom tell, so each
    /// sample has a scale of its own. Sources: Efron, Bootstrap methods: another look at the jackknife, Annals of Statistics 7(1), 1979; of
    /// the scale Box and Tiao, Bayesian Inference in Statistical Analysis, 1973, section 2.4.
    /// </summary>
    public static bool IsLarger(FactorDesign design, IReadOnlyList<double> values, int term, int other)
    {
        if (Standardized(values) is not { } standard)
            return false;
        var residuals = design.Residuals(standard, without: null);
        var larger = 0;
        for (var sample = 1; sample <= Resamplings; sample++)
        {
            var drawn = new double[standard.Length];
            var scale = Math.Sqrt(design.Observations / ChiSquared.InvCDF(design.RestFreedom, SplitMix64.Uniform(seed: 0, -sample, -1)));
            for (var i = 0; i < drawn.Length; i++)
            {
                var place = (int)(SplitMix64.Uniform(seed: 0, -sample, i) * drawn.Length);
                drawn[i] = standard[i] - residuals[i] + (scale * residuals[place]);
            }

            var (squares, rest) = design.Split(drawn);
            var mean = rest / design.RestFreedom;
            if (squares[term] - (design.Freedom[term] * mean) > squares[other] - (design.Freedom[other] * mean))
                larger++;
        }

        return larger >= 0.975 * Resamplings;
    }

    private static bool IsTestable(FactorDesign design, int term) => design.RestFreedom > 0 && design.Freedom[term] > 0;

    /// <summary>The values with mean 0 and variance 1, so that no unit makes a sum too small or too large to compare.</summary>
    private static double[]? Standardized(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
        return deviation > Nothing * Math.Abs(mean) ? [.. values.Select(value => (value - mean) / deviation)] : null;
    }

    /// <summary>The squares of all standardized values are as many as there are values.</summary>
    private static double OmegaSquared(FactorDesign design, double[] squares, double rest, int term)
    {
        var mean = rest / design.RestFreedom;
        return Math.Clamp((squares[term] - (design.Freedom[term] * mean)) / (design.Observations + mean), 0, 1);
    }

    private static double Ratio(FactorDesign design, double[] squares, double rest, int term)
    {
        var total = squares[term] + rest;
        return squares[term] <= Nothing * design.Observations ? 0
            : rest <= Nothing * total ? double.PositiveInfinity
            : squares[term] / design.Freedom[term] / (rest / design.RestFreedom);
    }

    private static double Probability(FactorDesign design, double[] values, int term, double found)
    {
        if (design.Observations > MostPermuted)
            return double.IsInfinity(found) ? 0 : 1 - FisherSnedecor.CDF(design.Freedom[term], design.RestFreedom, found);
        var permutations = (int)Math.Clamp(MostWork / design.Observations / design.Terms.Count, FewestPermutations, MostPermutations);
        var residuals = design.Residuals(values, term);
        var atLeast = 0;
        for (var permutation = 1; permutation <= permutations; permutation++)
        {
            Shuffle(residuals, permutation);
            var (squares, rest) = design.Split(residuals);
            // Sums in another order may differ in their last bits.
            if (Ratio(design, squares, rest, term) >= found * (1 - 1e-9) && ++atLeast == EnoughToStop)
                return (double)atLeast / permutation;
        }

        return (atLeast + 1.0) / (permutations + 1);
    }

    /// <summary>Source: Durstenfeld, Algorithm 235: random permutation, CACM 7(7), 1964.</summary>
    private static void Shuffle(double[] values, int permutation)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var place = (int)(SplitMix64.Uniform(seed: 0, permutation, i) * (i + 1));
            (values[i], values[place]) = (values[place], values[i]);
        }
    }
}
