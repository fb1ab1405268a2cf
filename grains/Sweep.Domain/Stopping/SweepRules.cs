namespace Sweep.Domain.Stopping;

/// <summary>The stopping rules of a sweep.</summary>
/// <param name="Alone">Rules that look at the trial alone, so that its worker judges by itself; null for none.</param>
/// <param name="Compared">Rules that compare a trial with others, so that the sweep judges; null for none.</param>
/// <param name="Halving">
/// The first of these whose rungs grow by a factor, and the factor; null for none. A search that learns knows trials up to its rungs.
/// </param>
/// <param name="Replicates">
/// The trials of a point, which follow each other; at least 1. The rules that compare take points by their numbers.
/// </param>
public sealed record SweepRules(
    IStoppingRule? Alone, IStoppingRule? Compared, (IStoppingRule Rule, int Factor)? Halving = null, int Replicates = 1)
{
    /// <summary>The epochs at whose ends a trial is judged by any rule, ascending.</summary>
    /// <param name="trial">Its number.</param>
    public IReadOnlyList<int> Rungs(int trial, int epochs) =>
        [.. Of(Alone).Concat(Of(Compared)).SelectMany(rule => rule.Rungs(Point(trial), epochs)).Distinct().Order()];

    /// <summary>The number of a trial's point.</summary>
    public int Point(int trial) => ((trial - 1) / Replicates) + 1;

    /// <summary>The trials of some points.</summary>
    public TrialRange Trials(TrialRange points) => new(((points.First - 1) * Replicates) + 1, points.Last * Replicates);

    /// <summary>Whether a trial is judged at the end of an epoch by the rules that compare.</summary>
    public bool IsComparedAt(int trial, int epoch) => Compared?.Rungs(Point(trial), epoch + 1).Contains(epoch) == true;

    /// <summary>The points that a point is compared with at the end of an epoch, and itself.</summary>
    public TrialRange ComparedAt(int point, int epoch) => Compared?.ComparedAt(point, epoch) is { IsEmpty: false } range
        ? new(Math.Min(range.First, point), Math.Max(range.Last, point))
        : new(point, point);

    /// <summary>
    /// Whether all trials of a point follow a judgement of one of them. They do not where a rule looked at that trial alone. Rows of
    /// earlier versions do not name the rule, and count as those of a rule that compares.
    /// </summary>
    public static bool IsOfPoint(StoredJudgement judgement) => judgement.Rule is not (ThresholdRule.Word or PatienceRule.Word);

    /// <summary>The rules for what a sweep file has; null for no rule.</summary>
    /// <param name="epochs">The most epochs that a trial trains.</param>
    /// <param name="points">How many points there are at the most. It is not asked for unless a rule needs it.</param>
    /// <param name="replicates">The trials of each.</param>
    public static SweepRules? Of(
        IReadOnlyList<StopSpec>? specs, MetricWords words, int epochs, Func<int> points, int replicates = 1)
    {
        if (specs is null or [])
            return null;
        var ofPoints = words with { OfPoints = replicates > 1 };
        List<IStoppingRule> alone = [], compared = [];
        (IStoppingRule, int)? halving = null;
        foreach (var spec in specs)
        {
            switch (spec)
            {
                case StopSpec.Asha(var first, var factor):
                    compared.Add(new AshaRule(first, factor, ofPoints));
                    halving ??= (compared[^1], factor);
                    break;
                case StopSpec.Hyperband(var first, var factor):
                    compared.Add(new HyperbandRule(first, factor, epochs, points(), ofPoints));
                    halving ??= (compared[^1], factor);
                    break;
                case StopSpec.Median(var first, var every, var others):
                    compared.Add(new MedianRule(first, every, others, ofPoints));
                    break;
                case StopSpec.Threshold(var epoch, var value):
                    alone.Add(new ThresholdRule(epoch, value, words));
                    break;
                case StopSpec.Patience(var without, var gain):
                    alone.Add(new PatienceRule(without, gain, words));
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(specs), spec, "No stopping rule has this name.");
            }
        }

        return new(One(alone), One(compared), halving, replicates);
    }

    private static IStoppingRule? One(IReadOnlyList<IStoppingRule> rules) => rules.Count == 0 ? null : new AnyOfRules(rules);

    private static IEnumerable<IStoppingRule> Of(IStoppingRule? rule) => rule is null ? [] : [rule];
}
