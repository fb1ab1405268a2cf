using Sweep.Domain.Search;

namespace Sweep.Domain.Stopping;

/// <summary>What a trial without a stopping rule measured, or the replicates of a point.</summary>
/// <param name="Scores">Of the epochs from 1 on, lower winning; at least one. A trial that failed has fewer than it would train.</param>
/// <param name="Epochs">The epochs that it would train.</param>
/// <param name="Replicates">The epochs that each trial of a point has; null for a trial by itself.</param>
public sealed record TrialCurve(IReadOnlyList<double> Scores, int Epochs, IReadOnlyList<int>? Replicates = null)
{
    /// <summary>The trials that it is of.</summary>
    public int Trials => Replicates?.Count ?? 1;

    /// <summary>The epochs that are trained up to an epoch.</summary>
    public long Trained(int epoch) => Replicates?.Sum(epochs => (long)Math.Min(epoch, epochs)) ?? epoch;

    /// <summary>A point: at each epoch, the mean of the best scores so far of its replicates that got there.</summary>
    /// <param name="replicates">At least one.</param>
    public static TrialCurve OfPoint(IReadOnlyList<TrialCurve> replicates) => new(
        [
            .. Enumerable.Range(1, replicates.Max(trial => trial.Scores.Count)).Select(epoch => replicates
                .Where(trial => trial.Scores.Count >= epoch)
                .Average(trial => RungTable.Lowest(trial.Scores.Take(epoch)))),
        ],
        replicates[0].Epochs,
        [.. replicates.Select(trial => trial.Scores.Count)]);
}

/// <summary>What a stopping rule would have made of a sweep.</summary>
/// <param name="Epochs">Epochs that all trials would have trained.</param>
/// <param name="Best">The best score of these epochs.</param>
public readonly record struct ReplayedSweep(long Epochs, double Best);

/// <summary>
/// Applies a stopping rule to a sweep that has trained all its trials: the same judgements that the rule would have made while it ran.
/// Nothing is trained.
/// </summary>
public static class RuleReplay
{
    /// <param name="curves">The trials in the order of their numbers; trial 1 is the first.</param>
    /// <returns>By trial, the epochs that it would have trained.</returns>
    public static int[] Epochs(IStoppingRule rule, IReadOnlyList<TrialCurve> curves)
    {
        int[] trained = [.. curves.Select(curve => curve.Scores.Count)];
        var judged = new SortedDictionary<int, List<int>>();
        foreach (var (index, curve) in curves.Index())
        {
            foreach (var rung in rule.Rungs(index + 1, curve.Epochs).TakeWhile(rung => rung <= curve.Scores.Count))
                (judged.TryGetValue(rung, out var trials) ? trials : judged[rung] = []).Add(index);
        }

        // Who gets to an epoch is decided at earlier ones, so that the trials at one epoch may be judged in any order.
        var best = Enumerable.Repeat(double.PositiveInfinity, curves.Count).ToArray();
        var last = 0;
        foreach (var (epoch, trials) in judged)
        {
            for (var index = 0; index < best.Length; index++)
            {
                for (var earlier = last; earlier < Math.Min(epoch, curves[index].Scores.Count); earlier++)
                    best[index] = Math.Min(best[index], RungTable.Lowest(curves[index].Scores[earlier]));
            }

            last = epoch;
            RungStandings rung =
                [.. best.Select((score, index) => new RungEntry(index + 1, trained[index] >= epoch ? score : null, IsOver: true))];
            foreach (var index in trials.Where(index => trained[index] >= epoch).ToList())
            {
                if (rule.Judge(index + 1, [.. curves[index].Scores.Take(epoch)], rung).Verdict == RungVerdict.Stop)
                    trained[index] = epoch;
            }
        }

        return trained;
    }

    /// <summary>Replays a sweep as if its trials had had other numbers.</summary>
    /// <param name="orders">How many orders of the trials.</param>
    /// <param name="seed">Decides the orders.</param>
    public static IReadOnlyList<ReplayedSweep> InOrders(IStoppingRule rule, IReadOnlyList<TrialCurve> curves, int orders, long seed)
    {
        var replayed = new ReplayedSweep[orders];
        Parallel.For(0, orders, order =>
        {
            var shuffled = Shuffled(curves, seed, order);
            var epochs = Epochs(rule, shuffled);
            replayed[order] = new(
                shuffled.Zip(epochs).Sum(trial => trial.First.Trained(trial.Second)),
                shuffled.Zip(epochs).Min(trial => RungTable.Lowest(trial.First.Scores.Take(trial.Second))));
        });
        return replayed;
    }

    /// <summary>Source: Fisher and Yates 1938, in Durstenfeld's form.</summary>
    private static TrialCurve[] Shuffled(IReadOnlyList<TrialCurve> curves, long seed, int order)
    {
        TrialCurve[] shuffled = [.. curves];
        var draws = new RandomStream(seed, order, stream: -500);
        for (var last = shuffled.Length - 1; last > 0; last--)
        {
            var other = draws.Below(last + 1);
            (shuffled[last], shuffled[other]) = (shuffled[other], shuffled[last]);
        }

        return shuffled;
    }
}
