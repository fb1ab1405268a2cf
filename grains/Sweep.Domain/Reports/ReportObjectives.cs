using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Domain.Reports;

/// <summary>How much the front dominated when the trials up to one had ended.</summary>
/// <param name="Number">The last trial of the last point that is counted.</param>
/// <param name="Volume">From 0 to 1: see <see cref="ReportObjectives.Hypervolume"/>.</param>
public sealed record FrontGrowth(int Number, double Volume);

/// <summary>What a sweep with several objectives has found.</summary>
/// <param name="Objectives">In the order of the file.</param>
/// <param name="Front">The points that no other one beats, the best by the first objective first.</param>
/// <param name="Hypervolume">
/// For each point that moved the front, by number, the hypervolume of the points so far as a share of the whole. Values count from the best
/// to 1.1 times the worst of all points, so that units do not matter and the ends of the front count. Source of the 1.1: Ishibuchi et al.,
/// How to specify a reference point in hypervolume calculation for fair performance comparison, Evol. Comput. 26(3), 2018.
/// </param>
public sealed record ReportObjectives(
    IReadOnlyList<Objective> Objectives, IReadOnlyList<ReportPoint> Front, IReadOnlyList<FrontGrowth> Hypervolume)
{
    /// <summary>Where the reference point is between the best value (0) and the worst one (1) of each objective.</summary>
    private const double Reference = 1.1;

    /// <returns>Null with one objective.</returns>
    internal static ReportObjectives? Of(SweepSpec spec, IReadOnlyList<ReportPoint> points) => spec.Objectives is { } objectives
        ? new(objectives, [.. points.Where(point => point is { Rank: 1 })], Growth(objectives, points))
        : null;

    /// <summary>The values of the objectives: the means of the trials that have all of them; null when none has.</summary>
    public static IReadOnlyList<double>? Values(IReadOnlyList<Objective> objectives, ReportPoint point)
    {
        double?[][] trials =
        [
            .. point.Succeeded
                .Select(trial => objectives
                    .Select(objective => ObjectiveMetrics.Value(objective.Metric, trial.Best, trial.Result)).ToArray())
                .Where(values => !values.Contains(null)),
        ];
        return trials.Length == 0 ? null : [.. objectives.Select((_, index) => trials.Average(values => values[index]!.Value))];
    }

    /// <summary>Gives points their values and ranks: by rank, then by the first objective; those without values come last.</summary>
    internal static IReadOnlyList<ReportPoint> Ranked(IReadOnlyList<Objective> objectives, IEnumerable<ReportPoint> points)
    {
        var valued = points.Select(point => point with { Values = Values(objectives, point) }).ToList();
        var ranked = valued.Where(point => point.Values is not null).ToList();
        var scores = ranked.Select(point => Scores(objectives, point.Values!)).ToList();
        var ranks = NondominatedRanks.Of(scores);
        return
        [
            .. ranked.Select((point, index) => (Point: point with { Rank = ranks[index] }, Score: scores[index][0]))
                .OrderBy(item => item.Point.Rank).ThenBy(item => item.Score).Select(item => item.Point),
            .. valued.Where(point => point.Values is null).OrderBy(point => point.Objective is null),
        ];
    }

    private static double[] Scores(IReadOnlyList<Objective> objectives, IReadOnlyList<double> values) =>
        [.. objectives.Zip(values, (objective, value) => objective.Score(value))];

    private static List<FrontGrowth> Growth(IReadOnlyList<Objective> objectives, IReadOnlyList<ReportPoint> points)
    {
        var found = points
            .Where(point => point.Values is not null)
            .Select(point => (point.Trials[^1].Number, Scores: Scores(objectives, point.Values!)))
            .OrderBy(point => point.Number)
            .ToList();
        if (found.Count == 0)
            return [];
        var best = objectives.Select((_, index) => found.Min(point => point.Scores[index])).ToArray();
        var width = objectives.Select((_, index) => found.Max(point => point.Scores[index]) - best[index]).ToArray();
        double[] reference = [.. objectives.Select(_ => Reference)];
        var (front, growth, volume) = (new List<double[]>(), new List<FrontGrowth>(), 0.0);
        foreach (var (number, scores) in found)
        {
            // An objective in which all points are equal tells nothing apart.
            double[] place = [.. scores.Select((score, index) => width[index] > 0 ? (score - best[index]) / width[index] : 0)];
            if (front.Exists(member => NondominatedRanks.Dominates(member, place) || member.AsSpan().SequenceEqual(place)))
                continue;
            volume += Search.Hypervolume.Added(place, front, reference);
            front.RemoveAll(member => NondominatedRanks.Dominates(place, member));
            front.Add(place);
            growth.Add(new(number, volume / Math.Pow(Reference, objectives.Count)));
        }

        return growth;
    }
}
