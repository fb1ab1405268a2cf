namespace Sweep.Domain.Stopping;

/// <summary>The stopping rules of a sweep.</summary>
/// <param name="Alone">Rules that look at the trial alone, so that its worker judges by itself; null for none.</param>
/// <param name="Compared">Rules that compare a trial with others, so that the sweep judges; null for none.</param>
/// <param name="Halving">
/// The first of these whose rungs grow by a factor, and the factor; null for none. A search that learns knows trials up to its rungs.
/// </param>
public sealed record SweepRules(IStoppingRule? Alone, IStoppingRule? Compared, (IStoppingRule Rule, int Factor)? Halving = null)
{
    /// <summary>The epochs at whose ends a trial is judged by any rule, ascending.</summary>
    public IReadOnlyList<int> Rungs(int number, int epochs) =>
        [.. Of(Alone).Concat(Of(Compared)).SelectMany(rule => rule.Rungs(number, epochs)).Distinct().Order()];

    /// <summary>The rules for what a sweep file has; null for no rule.</summary>
    /// <param name="epochs">The most epochs that a trial trains.</param>
    /// <param name="trials">How many trials there are at the most. It is not asked for unless a rule needs it.</param>
    public static SweepRules? Of(IReadOnlyList<StopSpec>? specs, MetricWords words, int epochs, Func<int> trials)
    {
        if (specs is null or [])
            return null;
        List<IStoppingRule> alone = [], compared = [];
        (IStoppingRule, int)? halving = null;
        foreach (var spec in specs)
        {
            switch (spec)
            {
                case StopSpec.Asha(var first, var factor):
                    compared.Add(new AshaRule(first, factor, words));
                    halving ??= (compared[^1], factor);
                    break;
                case StopSpec.Hyperband(var first, var factor):
                    compared.Add(new HyperbandRule(first, factor, epochs, trials(), words));
                    halving ??= (compared[^1], factor);
                    break;
                case StopSpec.Median(var first, var every, var others):
                    compared.Add(new MedianRule(first, every, others, words));
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

        return new(One(alone), One(compared), halving);
    }

    private static IStoppingRule? One(IReadOnlyList<IStoppingRule> rules) => rules.Count == 0 ? null : new AnyOfRules(rules);

    private static IEnumerable<IStoppingRule> Of(IStoppingRule? rule) => rule is null ? [] : [rule];
}
