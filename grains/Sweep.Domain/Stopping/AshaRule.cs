namespace Sweep.Domain.Stopping;

/// <summary>
/// Asynchronous successive halving by number: a trial goes on past a rung when it is among the best 1 / factor of itself and the trials
/// with lower numbers there. Trial 1 always goes on. Source: Li et al., A system for massively parallel hyperparameter tuning, MLSys 2020,
/// arXiv:1810.05934, algorithm 2; there a trial is compared with those that have arrived, and may be resumed later.
/// </summary>
/// <param name="first">Epochs at the first rung; at least 1.</param>
/// <param name="factor">How many times longer each rung is than the one before; at least 2.</param>
public sealed class AshaRule(int first, int factor, MetricWords words) : IStoppingRule
{
    public string Name => "asha";

    public IReadOnlyList<int> Rungs(int number, int epochs) => RungTable.Growing(first, factor, epochs);

    public TrialRange ComparedWith(int number) => new(1, number - 1);

    public Judgement Judge(int number, IReadOnlyList<double> scores, RungStandings others)
    {
        var range = ComparedWith(number);
        if (RungTable.Wait(range, number, scores.Count, others, words) is { } wait)
            return wait;
        var ranked = others.Ranked(range, number);
        return RungTable.Best(Math.Max(1, (ranked.Count + 1) / factor), number, scores, ranked, words);
    }
}
