using System.Globalization;
using Sweep.Domain.Sweeps;

namespace Sweep.Domain.Reports;

/// <summary>The one sentence of a report: what mattered most.</summary>
internal static class ReportVerdict
{
    public static string Of(SweepSpec spec, IReadOnlyList<TrialSummary> trials, IReadOnlyList<ParameterEffect> effects)
    {
        var succeeded = trials.Count(SweepReport.HasSucceeded);
        var metric = spec.Objective.Metric;
        if (spec.Parameters.Varying.Count == 0)
            return "No parameter varies in this sweep, so there is nothing to compare.";
        if (succeeded < 2)
            return $"{succeeded} of {trials.Count} trials succeeded, too few to say what mattered.";

        var comparable = effects
            .Select(effect => (Effect: effect, Means: BestFirst(effect)))
            .Where(pair => pair.Means.Count > 1)
            .OrderByDescending(pair => pair.Effect.Explained ?? -1)
            .ThenByDescending(pair => Math.Abs(pair.Means[0].Objective!.Mean - pair.Means[^1].Objective!.Mean))
            .ToList();
        if (comparable.Count == 0)
            return $"The {succeeded} trials that succeeded share one value of each parameter, so there is nothing to compare.";

        var (strongest, means) = comparable[0];
        var (best, worst) = (means[0], means[^1]);
        if (best.Objective!.Mean == worst.Objective!.Mean)
            return $"No parameter mattered: each one's values have the same mean {metric}.";
        var both = string.Create(
            CultureInfo.InvariantCulture,
            $"mean {metric} {best.Objective.Mean:G4} with {best.Value} ({Trials(best.Count)}), " +
            $"{worst.Objective.Mean:G4} with {worst.Value} ({Trials(worst.Count)})");
        return strongest.Explained is { } share
            ? $"{strongest.Parameter} mattered most: {both}; it explains {Math.Round(100 * share)} % of the variance " +
              $"between the {succeeded} trials that succeeded."
            : $"{strongest.Parameter} made the largest difference: {both}; with one trial a value this may be chance.";

        List<ValueEffect> BestFirst(ParameterEffect effect) =>
            [.. effect.Values.Where(value => value.Objective is not null).OrderBy(value => spec.Objective.Score(value.Objective!.Mean))];
    }

    private static string Trials(int count) => count == 1 ? "1 trial" : $"{count} trials";
}
