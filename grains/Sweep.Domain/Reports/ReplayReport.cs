using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Reports;

/// <summary>What one stopping rule would have made of a sweep, over many orders of its trials.</summary>
/// <param name="Epochs">Epochs that all trials would have trained, on average.</param>
/// <param name="Share"><paramref name="Epochs"/> as a share of those that were trained.</param>
/// <param name="Found">Median of the best value, in the objective's own sign.</param>
/// <param name="Regret">By how much the best value would have been worse, on average; at least 0.</param>
/// <param name="Regret95">What 95 % of the regrets are at most.</param>
/// <param name="WithoutRegret">Share of the orders in which the best value would have been found.</param>
public sealed record ReplayedRule(
    StopSpec Rule, double Epochs, double Share, double Found, double Regret, double Regret95, double WithoutRegret);

/// <summary>Stopping rules on the stored curves of a sweep that trained all its trials to their last epochs.</summary>
/// <param name="Epochs">Epochs that were trained.</param>
/// <param name="Best">The best value of any epoch, in the objective's own sign.</param>
/// <param name="Orders">How many orders of the trials were replayed.</param>
public sealed record ReplayReport(long Epochs, double Best, int Trials, int Orders, IReadOnlyList<ReplayedRule> Rules)
{
    /// <summary>The share of orders in which a rule must find the best value to be named as the cheapest.</summary>
    public const double Wanted = 0.95;

    /// <summary>The most orders that a page of the report replays, and the most that it looks at: trials · trials · epochs.</summary>
    private const double MostForPage = 200, ComparedForPage = 3e7;

    /// <summary>
    /// In how many orders a page of the report replays a sweep; 0 where even one would take too long. The time grows with the square of the
    /// trials.
    /// </summary>
    /// <param name="epochs">The most epochs that a trial trains.</param>
    public static int OrdersForPage(int trials, int epochs) =>
        (int)Math.Min(MostForPage, ComparedForPage / Math.Max(1.0, (double)trials * trials * epochs));

    /// <summary>The rule with the fewest epochs of those that find the best value in enough orders; null when there is none.</summary>
    public ReplayedRule? Cheapest => Rules.Where(rule => rule.WithoutRegret >= Wanted).MinBy(rule => rule.Epochs);

    /// <summary>
    /// The rules that are compared when none is named, but for those that would judge nothing. A threshold is not among them: it would be
    /// chosen by what is known only afterwards.
    /// </summary>
    public static IReadOnlyList<StopSpec> Usual(int epochs) =>
    [
        .. from first in new[] { 1, 2, 4 }
           from factor in new[] { 2, 3, 4 }
           where first < epochs
           select new StopSpec.Asha(first, factor),
        .. from factor in new[] { 2, 3, 4 }
           where factor <= epochs
           select new StopSpec.Hyperband(1, factor),
        .. from first in new[] { 1, 2, 4, 8 }
           where first < epochs
           select new StopSpec.Median(first),
        .. from patience in new[] { 1, 2, 3, 5, 8 }
           where patience + 1 < epochs
           select new StopSpec.Patience(patience),
    ];

    /// <param name="curves">At least one; of points, where they have several trials.</param>
    /// <param name="orders">How many orders of the trials are replayed; at least 1.</param>
    public static ReplayReport Of(SweepSpec spec, IReadOnlyList<TrialCurve> curves, IReadOnlyList<StopSpec> rules, int orders)
    {
        var words = new MetricWords(spec.Objective.Metric, spec.Objective.Goal);
        var most = curves.Max(curve => curve.Epochs);
        var trained = curves.Sum(curve => curve.Trained(curve.Scores.Count));
        var best = curves.Min(curve => curve.Scores.Min());
        return new(trained, Value(best), curves.Sum(curve => curve.Trials), orders, [.. rules.Select(Replay)]);

        ReplayedRule Replay(StopSpec rule)
        {
            var of = SweepRules.Of([rule], words, most, () => curves.Count)!;
            var replayed = RuleReplay.InOrders(of.Alone ?? of.Compared!, curves, orders, spec.Seed);
            double[] regrets = [.. replayed.Select(sweep => sweep.Best == best ? 0 : sweep.Best - best).Order()];
            var epochs = replayed.Average(sweep => (double)sweep.Epochs);
            return new(
                rule,
                epochs,
                epochs / trained,
                Value(replayed.Select(sweep => sweep.Best).Order().ElementAt(orders / 2)),
                regrets.Average(),
                regrets[(int)Math.Ceiling(0.95 * orders) - 1],
                regrets.Count(regret => regret == 0) / (double)orders);
        }

        double Value(double score) => spec.Objective.Goal == Goal.Minimize ? score : -score;
    }
}
