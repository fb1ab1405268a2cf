using Sweep.Domain.Reports;

namespace Sweep.Client.Reports.Pages;

/// <summary>The numbers behind the charts of several objectives.</summary>
internal static class ObjectiveData
{
    /// <returns>Null with one objective.</returns>
    public static object? Of(SweepReport report)
    {
        if (report.Objectives is not { } objectives)
            return null;
        var ranked = report.Points.Where(point => point.Values is not null).ToList();
        return new
        {
            objectives.Objectives,
            // The front comes first, so that it is drawn whole.
            points = ranked.Take(Math.Max(ReportData.MostDots, objectives.Front.Count))
                .Select(point => new { n = point.Trials[0].Number, point.Rank, point.Values }),
            hypervolume = objectives.Hypervolume.Select(growth => new { n = growth.Number, growth.Volume }),
            last = ranked.SelectMany(point => point.Trials).Select(trial => trial.Number).DefaultIfEmpty().Max(),
        };
    }

    /// <summary>The trials with which the points of the charts begin, of which the page needs the parameters.</summary>
    public static IEnumerable<TrialSummary> Trials(SweepReport report) => report.Objectives is not { Front.Count: var front }
        ? []
        : report.Points.Where(point => point.Values is not null)
            .Take(Math.Max(ReportData.MostDots, front))
            .Select(point => point.Trials[0]);
}
