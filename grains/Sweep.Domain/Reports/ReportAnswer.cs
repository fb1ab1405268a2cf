using System.Globalization;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Reports;

/// <summary>The sentence of a report that names the best trial.</summary>
internal static class ReportAnswer
{
    public static string Of(SweepSpec spec, IReadOnlyList<TrialSummary> rows)
    {
        var succeeded = rows.Count(SweepReport.HasSucceeded);
        if (succeeded == 0)
        {
            var states = rows.GroupBy(row => row.State).Select(group => $"{group.Count()} {group.Key.ToString().ToLowerInvariant()}");
            var standing = string.Join(", ", states);
            return $"No trial has finished yet{(standing.Length > 0 ? $": {standing}" : "")}.";
        }

        var best = rows[0];
        var (varying, catalog) = (spec.Parameters.Varying, spec.Parameters.Catalog);
        var values = string.Join(", ", varying.Select(name => $"{name} {catalog.Find(name)?.Print(best.Parameters.ValueOf(name))}"));
        var metric = spec.Objective.Metric;
        var numbers = string.Create(
            CultureInfo.InvariantCulture, $"{metric} {best.BestValue:G4} at epoch {best.Best?.Epoch} of {best.Parameters.Epochs}");
        if (best.Best is { } epoch && spec.Objective.Metric != Metric.ValAccuracy)
            numbers += string.Create(CultureInfo.InvariantCulture, $", {epoch.ValAccuracy * 100:0.0} % of the next characters right");
        var trials = succeeded == 1 ? "1 trial that succeeded" : $"{succeeded} trials that succeeded";
        return $"The best of {trials} is trial {best.Number}{(values.Length > 0 ? $" ({values})" : "")}: {numbers}.";
    }
}
