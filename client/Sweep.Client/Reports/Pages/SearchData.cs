using System.Globalization;
using Sweep.Client.Tables;
using Sweep.Domain.Reports;
using Sweep.Domain.Trials;

namespace Sweep.Client.Reports.Pages;

/// <summary>The numbers behind the charts of <see cref="SearchSections"/>.</summary>
internal static class SearchData
{
    /// <summary>The greatest number of trials with dots, not counting those that were the best so far.</summary>
    public const int MostDots = 2000;

    /// <summary>The best value so far after each trial, and the epochs that were spent until then; null where it is not shown.</summary>
    public static object? Search(ReportContents contents)
    {
        if (!SearchSections.HasSearch(contents))
            return null;
        var sign = contents.Sweep.Spec.Objective.Goal == Goal.Minimize ? 1 : -1;
        var (best, spent, points) = (double.PositiveInfinity, 0L, new List<(TrialSummary Trial, double Best, long Spent, bool IsBest)>());
        foreach (var trial in contents.Report.Rows.OrderBy(row => row.Number))
        {
            spent += trial.EpochsDone;
            if (trial.BestValue is not { } value || !double.IsFinite(value))
                continue;
            var isBest = sign * value < best;
            best = Math.Min(best, sign * value);
            points.Add((trial, sign * best, spent, isBest));
        }

        var step = Math.Max(1, (points.Count + MostDots - 1) / MostDots);
        var drawn = points.Where((point, index) => index % step == 0 || point.IsBest || index == points.Count - 1).ToList();
        var starts = (contents.Proposers ?? []).SelectMany(proposer => proposer.Starts).ToHashSet();
        return new
        {
            n = drawn.Select(point => point.Trial.Number),
            value = drawn.Select(point => Short(point.Trial.BestValue!.Value)),
            best = drawn.Select(point => Short(point.Best)),
            spent = drawn.Select(point => point.Spent),
            start = drawn.Select(point => starts.Contains(point.Trial.Number)),
        };
    }

    /// <summary>What each stopping rule would have cost and missed; null where that is not known.</summary>
    public static object? Replay(ReportContents contents) => contents.Replay is not { } replay ? null : new
    {
        epochs = replay.Epochs,
        rules = replay.Rules.Select(rule => new
        {
            rule = rule.Rule.Name,
            text = ReplayTable.Text(rule.Rule),
            epochs = Short(rule.Epochs),
            regret = double.IsFinite(rule.Regret) ? Short(rule.Regret) : (double?)null,
            without = Short(rule.WithoutRegret),
        }),
    };

    /// <summary>Six digits, more than a chart shows.</summary>
    private static double Short(double number) =>
        double.Parse(number.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
