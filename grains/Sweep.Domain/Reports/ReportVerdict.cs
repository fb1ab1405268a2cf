using System.Globalization;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Reports;

/// <summary>The one sentence of a report: what mattered, as far as it is told apart from chance.</summary>
internal static class ReportVerdict
{
    public static string Of(SweepSpec spec, IReadOnlyList<TrialSummary> trials, InfluenceStudy study)
    {
        var succeeded = trials.Count(SweepReport.HasSucceeded);
        var metric = spec.Objective.Metric;
        if (spec.Parameters.VaryingWithoutSeed.Count == 0)
            return "No parameter varies in this sweep, so there is nothing to compare.";
        if (succeeded < 2)
            return $"{succeeded} of {trials.Count} trials succeeded, too few to say what mattered.";

        var comparable = study.Effects
            .Select(effect => (Effect: effect, Means: BestFirst(effect)))
            .Where(pair => pair.Means.Count > 1)
            .OrderByDescending(pair => pair.Effect.Matters)
            .ThenByDescending(pair => pair.Effect.Explained ?? -1)
            .ThenByDescending(pair => Math.Abs(pair.Means[0].Objective!.Mean - pair.Means[^1].Objective!.Mean))
            .ToList();
        if (comparable.Count == 0)
            return $"The {succeeded} trials that succeeded share one value of each parameter, so there is nothing to compare.";

        var (strongest, means) = comparable[0];
        var (best, worst) = (means[0], means[^1]);
        if (comparable.All(pair => pair.Means[0].Objective!.Mean == pair.Means[^1].Objective!.Mean))
            return $"No parameter mattered: each one's values have the same mean {metric}.";
        var both = string.Create(
            CultureInfo.InvariantCulture,
            $"mean {metric} {MetricText.InSentence(best.Objective!.Mean)} with {best.Value} ({Trials(best.Count)}), " +
            $"{MetricText.InSentence(worst.Objective!.Mean)} with {worst.Value} ({Trials(worst.Count)})");
        var matter = comparable.Select(pair => pair.Effect).Where(effect => effect.Matters).ToList();
        if (matter.Count > 0)
        {
            var of = $"of the variance between the {succeeded} trials that succeeded";
            var first = $"{both}; it explains {Share(strongest)} {of} ({Chance(strongest)})";
            return study.Leads ? $"{strongest.Parameter} mattered most: {first}."
                : matter.Count == 1 ? $"{strongest.Parameter} mattered: {first}; the others are not told apart from chance."
                : $"{strongest.Parameter} and {matter[1].Parameter} mattered: {first}, and {matter[1].Parameter} explains " +
                    $"{Share(matter[1])}; which of them mattered more is not told apart from chance.";
        }

        return strongest.Probability is null
            ? $"{strongest.Parameter} made the largest difference: {both}; with so few trials this may be chance."
            : $"No parameter is told apart from chance. {strongest.Parameter} made the largest difference: {both}; so large a one " +
                $"is no surprise without any effect ({Chance(strongest)}).";

        List<ValueEffect> BestFirst(ParameterEffect effect) =>
            [.. effect.Values.Where(value => value.Objective is not null).OrderBy(value => spec.Objective.Score(value.Objective!.Mean))];
    }

    private static string Share(ParameterEffect effect) => $"{Math.Round(100 * effect.Explained!.Value)} %";

    private static string Chance(ParameterEffect effect) => ProbabilityText.Of(effect.Probability!.Value) is var text && text[0] == '<'
        ? $"p {text}"
        : $"p = {text}";

    private static string Trials(int count) => count == 1 ? "1 trial" : $"{count} trials";
}
