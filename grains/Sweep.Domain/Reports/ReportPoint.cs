using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Domain.Reports;

/// <summary>
/// One point of the search space: the trials that differ in nothing but their seed. A seed is a replicate of an experiment, and no
/// hyperparameter.
/// </summary>
/// <param name="Rank">
/// From 1, by the mean; null when no trial has succeeded. Points whose means the spread between seeds does not tell apart from the first
/// one of their rank (<see cref="Level"/>) share that rank. With several objectives it is the number of the point's front: points of rank 1
/// are beaten by no other, points of rank 2 by those of rank 1 alone, and so on.
/// </param>
/// <param name="Trials">By number.</param>
/// <param name="Objective">Of the trials that succeeded; null when there is none.</param>
public sealed record ReportPoint(int? Rank, IReadOnlyList<TrialSummary> Trials, Spread? Objective)
{
    /// <summary>The probability below which a difference is not called chance.</summary>
    public const double Level = 0.05;

    /// <summary>
    /// With several objectives the value of each, as the mean of its trials; null when none has all, or with one objective.
    /// </summary>
    public IReadOnlyList<double>? Values { get; init; }

    public ParameterMap Parameters => Trials[0].Parameters;

    public IEnumerable<TrialSummary> Succeeded => Trials.Where(SweepReport.HasSucceeded);

    /// <summary>A number of the trials that succeeded; null when none has it.</summary>
    public Spread? Of(Func<TrialSummary, double?> read) => Spread.Of([.. Succeeded.Select(read).OfType<double>().Where(double.IsFinite)]);

    /// <summary>The points of some trials: those with results by rank, then the others by the number of their first trial.</summary>
    public static IReadOnlyList<ReportPoint> All(SweepSpec spec, IEnumerable<TrialSummary> trials)
    {
        var names = spec.Parameters.VaryingWithoutSeed;
        var points = trials
            .OrderBy(trial => trial.Number)
            .GroupBy(trial => string.Join('\n', names.Select(name => trial.Parameters.ValueOf(name))))
            .Select(group => new ReportPoint(null, [.. group], null))
            .Select(point => point with { Objective = point.Of(trial => trial.BestValue) });
        return spec.Objectives is { } several
            ? ReportObjectives.Ranked(several, points)
            : Ranked([.. points.OrderBy(
                point => point.Objective is { } spread ? spec.Objective.Score(spread.Mean) : double.PositiveInfinity)]);
    }

    /// <summary>With several objectives the rank of each trial's point, by the trial's number; empty with one.</summary>
    public static IReadOnlyDictionary<int, int> Ranks(SweepSpec spec, IEnumerable<ReportPoint> points) => spec.Objectives is null
        ? new Dictionary<int, int>()
        : points.Where(point => point.Rank is not null)
            .SelectMany(point => point.Succeeded.Select(trial => (trial.Number, Rank: point.Rank!.Value)))
            .ToDictionary(trial => trial.Number, trial => trial.Rank);

    private static List<ReportPoint> Ranked(List<ReportPoint> points)
    {
        var ranked = new List<ReportPoint>();
        ReportPoint? first = null;
        foreach (var (index, point) in points.Index())
        {
            if (point.Objective is null)
            {
                ranked.Add(point);
                continue;
            }

            var isTied = first?.Objective!.ChanceOfEqual(point.Objective) >= Level;
            ranked.Add(point with { Rank = isTied ? first!.Rank : index + 1 });
            first = isTied ? first : ranked[^1];
        }

        return ranked;
    }
}
