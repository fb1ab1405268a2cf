namespace Sweep.Domain.Search;

/// <summary>
/// What each place in a generation counts for <see cref="CmaEsDistribution"/>, and how fast that learns from it. Source: tutorial, table 1,
/// with its weights below zero, by which the worse half of a generation narrows the distribution along its steps.
/// </summary>
internal sealed class CmaEsRates
{
    /// <param name="generation">Trials of a generation, at least 4.</param>
    /// <param name="scored">How many of them have a score, at least 1. The others come last and count nothing.</param>
    public CmaEsRates(int axes, int generation, int scored)
    {
        double n = axes;
        Parents = Math.Min(generation / 2, scored);
        double[] places = [.. Enumerable.Range(1, generation).Select(place => Math.Log((generation + 1) / 2.0) - Math.Log(place))];
        var worse = places[(generation / 2)..];
        Mass = MassOf(places[..Parents]);
        StepRate = (Mass + 2) / (n + Mass + 5);
        Damping = 1 + (2 * Math.Max(0, Math.Sqrt((Mass - 1) / (n + 1)) - 1)) + StepRate;
        PathRate = (4 + (Mass / n)) / (n + 4 + (2 * Mass / n));
        RankOne = 2 / (((n + 1.3) * (n + 1.3)) + Mass);
        RankMany = Math.Min(1 - RankOne, 2 * (Mass - 2 + (1 / Mass)) / (((n + 2) * (n + 2)) + Mass));
        // What the worse half counts together keeps the sum of all weights at the rates, and the covariance positive.
        var most = Math.Min(1 + (2 * MassOf(worse) / (Mass + 2)), (1 - RankOne - RankMany) / (n * RankMany));
        most = Math.Min(most, 1 + (RankOne / RankMany));
        var (better, behind) = (places[..Parents].Sum(), -worse.Sum());
        Weights = [.. places.Take(scored).Select((place, index) => index < Parents ? place / better : place * most / behind)];
    }

    /// <summary>How many of the best make the next mean.</summary>
    public int Parents { get; }

    /// <summary>
    /// The weight of each trial that has a score, the best first: those of the parents add up to 1, the others are 0 or less.
    /// </summary>
    public IReadOnlyList<double> Weights { get; }

    /// <summary>How many parents of equal weight would be as good, μ_eff.</summary>
    public double Mass { get; }

    public double StepRate { get; }

    public double Damping { get; }

    public double PathRate { get; }

    public double RankOne { get; }

    public double RankMany { get; }

    private static double MassOf(double[] weights) => weights.Sum() * weights.Sum() / weights.Sum(weight => weight * weight);
}
