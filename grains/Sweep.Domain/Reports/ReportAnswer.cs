using System.Globalization;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Reports;

/// <summary>The sentence of a report that names the best trial, or the best point where points were trained more than once.</summary>
internal static class ReportAnswer
{
    public static string Of(SweepSpec spec, IReadOnlyList<TrialSummary> rows, IReadOnlyList<ReportPoint> points)
    {
        var succeeded = rows.Count(SweepReport.HasSucceeded);
        if (succeeded == 0)
        {
            var states = rows.GroupBy(row => row.State).Select(group => $"{group.Count()} {group.Key.ToString().ToLowerInvariant()}");
            var standing = string.Join(", ", states);
            return $"No trial has finished yet{(standing.Length > 0 ? $": {standing}" : "")}.";
        }

        if (spec.Objectives is { } objectives)
            return Front(objectives, succeeded, points);
        return points[0].Succeeded.Skip(1).Any() || succeeded > points.Count(point => point.Objective is not null)
            ? BestPoint(spec, succeeded, points)
            : BestTrial(spec, succeeded, rows[0]);
    }

    private static string Front(IReadOnlyList<Objective> objectives, int succeeded, IReadOnlyList<ReportPoint> points)
    {
        var front = points.Where(point => point.Rank == 1).ToList();
        var ends = objectives.Select((objective, index) =>
        {
            var best = front.MinBy(point => objective.Score(point.Values![index]))!;
            return string.Create(
                CultureInfo.InvariantCulture, $"{objective.Metric} {Number(best.Values![index])} with trial {best.Trials[0].Number}");
        });
        return front.Count == 0
            ? "No trial that succeeded has all of the objectives."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{front.Count} of {points.Count(point => point.Rank is not null)} points ({succeeded} trials that succeeded) "
                    + $"are on the front, where no other point is better in one objective and as good in all; the best of each: "
                    + $"{string.Join(", ", ends)}.");
    }

    private static string Number(double value) =>
        Math.Abs(value) >= 1000 ? value.ToString("#,0", CultureInfo.InvariantCulture) : MetricText.InSentence(value);

    private static string Text(double? value) => value is { } known ? MetricText.InSentence(known) : "";

    private static string BestTrial(SweepSpec spec, int succeeded, TrialSummary best)
    {
        var (metric, unit) = (spec.Objective.Metric, Unit(spec));
        var numbers = string.Create(
            CultureInfo.InvariantCulture, $"{metric} {Text(best.BestValue)}{unit} at epoch {best.Best?.Epoch} of {best.MostEpochs}");
        if (best.Best?.Model is { } epoch && metric != Metric.ValAccuracy)
            numbers += string.Create(CultureInfo.InvariantCulture, $", {epoch.ValAccuracy * 100:0.0} % of the next characters right");
        var trials = succeeded == 1 ? "1 trial that succeeded" : $"{succeeded} trials that succeeded";
        return $"The best of {trials} is trial {best.Number}{InBrackets(spec, best.Parameters)}: {numbers}.";
    }

    private static string BestPoint(SweepSpec spec, int succeeded, IReadOnlyList<ReportPoint> points)
    {
        var (best, spread) = (points[0], points[0].Objective!);
        var interval = spread.Low is null ? "one trial"
            : $"95 % interval {Text(spread.Low)} to {Text(spread.High)}, {spread.Count} trials";
        var ranked = points.Count(point => point.Objective is not null);
        var tied = points.Count(point => point.Rank == best.Rank) - 1;
        var others = tied switch
        {
            0 => "",
            1 => " Another point is not told apart from it.",
            _ => $" {tied} other points are not told apart from it.",
        };
        var mean = $"mean {spec.Objective.Metric} {MetricText.InSentence(spread.Mean)}{Unit(spec)} ({interval})";
        var name = Values(spec, best.Parameters) is { Length: > 0 } values ? values : $"trial {best.Trials[0].Number}";
        return $"The best of {ranked} points ({succeeded} trials that succeeded) is {name}: {mean}.{others}";
    }

    private static string Unit(SweepSpec spec) => spec.Objective.Unit is { } unit ? $" {unit}" : "";

    private static string InBrackets(SweepSpec spec, ParameterMap parameters) =>
        Values(spec, parameters) is { Length: > 0 } values ? $" ({values})" : "";

    private static string Values(SweepSpec spec, ParameterMap parameters) => string.Join(
        ", ",
        spec.Parameters.VaryingWithoutSeed.Select(
            name => $"{name} {spec.Parameters.Catalog.Find(name)?.Print(parameters.ValueOf(name))}"));
}
