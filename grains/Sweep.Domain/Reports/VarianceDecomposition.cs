using Sweep.Domain.Search;

namespace Sweep.Domain.Reports;

/// <summary>The share of the objective's variance that parameters have together, without the shares of fewer of them; in [0, 1].</summary>
/// <param name="Parameters">One for a main effect, two for an interaction.</param>
public sealed record VarianceShare(IReadOnlyList<string> Parameters, double Share);

/// <summary>
/// Where the variance between the trials of a full grid comes from: V = Σᵢ Vᵢ + Σᵢⱼ Vᵢⱼ + rest,
/// with Vᵢ = mean over trials of aᵢ², aᵢ(v) = mean of the trials with the value v − overall mean,
/// and aᵢⱼ(v, w) = mean of the trials with both − aᵢ(v) − aⱼ(w) − overall mean.
/// Source: Hutter, Hoos and Leyton-Brown, An efficient approach for assessing hyperparameter importance, ICML 2014, section 3 (functional
/// ANOVA). There the means are marginals of a random forest; in a full grid they are the trials' own, and the decomposition is exact.
/// </summary>
/// <param name="Shares">Main effects and interactions of two, the largest first.</param>
/// <param name="Rest">What is left: interactions of three and more, and chance.</param>
public sealed record VarianceDecomposition(IReadOnlyList<VarianceShare> Shares, double Rest)
{
    /// <returns>
    /// Null where the sum would not hold: not every combination of the values succeeded, or not equally often; fewer than two parameters
    /// vary; all trials ended alike.
    /// </returns>
    internal static VarianceDecomposition? Of(IEnumerable<string> varying, IEnumerable<TrialSummary> trials)
    {
        var points = trials.Where(SweepReport.HasSucceeded).ToList();
        var axes = varying
            .Select(name => (Name: name, Keys: points.Select(trial => trial.Parameters.ValueOf(name)).ToList()))
            .Where(axis => axis.Keys.Distinct().Skip(1).Any())
            .ToList();
        var values = points.Select(trial => trial.BestValue!.Value).ToList();
        if (axes.Count < 2 || !IsFullGrid([.. axes.Select(axis => axis.Keys)]))
            return null;
        var mean = values.Average();
        var total = values.Sum(value => (value - mean) * (value - mean));
        if (!(total > 0))
            return null;

        var main = axes.Select(axis => Marginal(axis.Keys)).ToList();
        var shares = new List<VarianceShare>();
        for (var i = 0; i < axes.Count; i++)
        {
            shares.Add(new([axes[i].Name], main[i].Sum(effect => effect * effect) / total));
            for (var j = i + 1; j < axes.Count; j++)
            {
                var both = Marginal([.. axes[i].Keys.Zip(axes[j].Keys)]);
                var (first, second) = (main[i], main[j]);
                var together = both.Select((effect, trial) => effect - first[trial] - second[trial]);
                shares.Add(new([axes[i].Name, axes[j].Name], together.Sum(effect => effect * effect) / total));
            }
        }

        return new([.. shares.OrderByDescending(share => share.Share)], Math.Max(0, 1 - shares.Sum(share => share.Share)));

        // For each trial, how far the mean of those that share its key is from the mean of all.
        List<double> Marginal<T>(List<T> keys)
            where T : notnull
        {
            var means = keys.Zip(values).GroupBy(pair => pair.First)
                .ToDictionary(group => group.Key, group => group.Average(pair => pair.Second) - mean);
            return [.. keys.Select(key => means[key])];
        }
    }

    private static bool IsFullGrid(IReadOnlyList<List<ParameterValue>> axes)
    {
        var combinations = axes.Aggregate(1.0, (product, keys) => product * keys.Distinct().Count());
        var sizes = Enumerable.Range(0, axes[0].Count)
            .GroupBy(trial => string.Join('\n', axes.Select(keys => keys[trial])))
            .Select(group => group.Count())
            .ToList();
        return sizes.Count == combinations && sizes.Distinct().Count() == 1;
    }
}
