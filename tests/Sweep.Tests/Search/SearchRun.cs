using Sweep.Domain.Search;

namespace Sweep.Tests.Search;

/// <summary>Runs a search method on a function that stands for the training.</summary>
internal static class SearchRun
{
    /// <summary>The trials with their outcomes, one after the other.</summary>
    public static IReadOnlyList<TrialOutcome> InOrder(ISearchMethod method, Func<ParameterMap, double?> score) =>
        OnWorkers(method, score, workers: 1, running => 0);

    /// <summary>The trials with their outcomes, when several run at one time.</summary>
    /// <param name="next">Which of so many running trials ends next, from 0.</param>
    public static IReadOnlyList<TrialOutcome> OnWorkers(
        ISearchMethod method, Func<ParameterMap, double?> score, int workers, Func<int, int> next)
    {
        var trials = new List<TrialOutcome>();
        var running = new List<int>();
        while (true)
        {
            while (running.Count < workers && trials.Count < method.Count
                && KnownTrials.For(method, trials.Count + 1, trials) is { } known)
            {
                running.Add(trials.Count);
                trials.Add(new(trials.Count + 1, method.Propose(trials.Count + 1, known), IsOver: false, Score: null));
            }

            if (running.Count == 0)
                return trials;
            var ended = running[next(running.Count)];
            running.Remove(ended);
            trials[ended] = trials[ended] with { IsOver = true, Score = score(trials[ended].Parameters) };
        }
    }

    /// <summary>What a trial is proposed from in a run that is over.</summary>
    public static IReadOnlyList<KnownTrial> Known(ISearchMethod method, int number, IReadOnlyList<TrialOutcome> trials) =>
        KnownTrials.For(method, number, trials.Take(number - 1))!;

    /// <summary>The best score of a run.</summary>
    public static double Best(this IReadOnlyList<TrialOutcome> trials) => trials.Min(trial => trial.Score ?? double.PositiveInfinity);

    /// <summary>The median over seeds of the best score.</summary>
    public static double MedianOfBest(Func<long, ISearchMethod> method, Func<ParameterMap, double?> score, int seeds)
    {
        var best = Enumerable.Range(1, seeds).Select(seed => InOrder(method(seed), score).Best()).Order().ToList();
        return best[seeds / 2];
    }
}
