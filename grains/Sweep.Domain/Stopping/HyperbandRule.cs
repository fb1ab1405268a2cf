namespace Sweep.Domain.Stopping;

/// <summary>
/// Hyperband by number: trials belong to cohorts of successive halving, in the order of their numbers, the cohort with the most trials and
/// the earliest first rung first; after the last kind of cohort the first comes again. A trial waits at a rung for its whole cohort, of
/// which the best 1 / factor go on each time. Source: Li et al., Hyperband, JMLR 18(185), 2018, algorithm 1.
/// </summary>
public sealed class HyperbandRule : IStoppingRule
{
    private readonly MetricWords _words;
    private readonly int _factor;
    private readonly int _trials;

    /// <param name="first">Epochs at the first rung of the first cohort, at least; at least 1.</param>
    /// <param name="factor">How many times longer each rung is than the one before; at least 2.</param>
    /// <param name="epochs">The most epochs that a trial trains.</param>
    /// <param name="trials">How many trials there are, so that the last cohort may have fewer.</param>
    public HyperbandRule(int first, int factor, int epochs, int trials, MetricWords words)
    {
        (_factor, _trials, _words) = (factor, trials, words);
        var last = Math.Max(0, RungTable.Growing(first, factor, epochs + 1).Count - 1);
        Brackets = [.. Enumerable.Range(0, last + 1).Reverse().Select(bracket => Bracket(bracket, last, epochs))];
    }

    /// <summary>The kinds of cohorts in their order: for each the trials and the epochs at each rung; the last rung is the end.</summary>
    public IReadOnlyList<IReadOnlyList<(int Trials, int Epochs)>> Brackets { get; }

    public string Name => "hyperband";

    public IReadOnlyList<int> Rungs(int number, int epochs) =>
        [.. CohortOf(number).Bracket.SkipLast(1).Select(rung => rung.Epochs).Where(rung => rung < epochs)];

    public TrialRange ComparedWith(int number) => CohortOf(number).Members;

    public Judgement Judge(int number, IReadOnlyList<double> scores, RungStandings others)
    {
        var (bracket, members) = CohortOf(number);
        if (RungTable.Wait(members, number, scores.Count, others, _words) is { } wait)
            return wait;
        var ranked = others.Ranked(members, number);
        // The cohort was halved at each rung before this one, by its full size, so that one trial that failed does not end another.
        var best = members.Last - members.First + 1;
        foreach (var _ in bracket.TakeWhile(rung => rung.Epochs <= scores.Count))
            best /= _factor;
        return RungTable.Best(Math.Max(1, best), number, scores, ranked, _words);
    }

    private IReadOnlyList<(int, int)> Bracket(int bracket, int last, int epochs)
    {
        // ⌈(last + 1) · factorᵇ / (b + 1)⌉ trials give each kind of cohort about the same epochs.
        var trials = (((last + 1) * Power(_factor, bracket)) + bracket) / (bracket + 1);
        return [.. Enumerable.Range(0, bracket + 1)
            .Select(rung => ((int)(trials / Power(_factor, rung)), (int)(epochs / Power(_factor, bracket - rung))))];
    }

    private (IReadOnlyList<(int Trials, int Epochs)> Bracket, TrialRange Members) CohortOf(int number)
    {
        var round = Brackets.Sum(bracket => bracket[0].Trials);
        var start = ((number - 1) / round * round) + 1;
        foreach (var bracket in Brackets)
        {
            var next = start + bracket[0].Trials;
            if (number < next)
                return (bracket, new(start, Math.Max(number, Math.Min(next - 1, _trials))));
            start = next;
        }

        throw new InvalidOperationException($"No cohort has trial {number}.");
    }

    private static long Power(long factor, int exponent)
    {
        var power = 1L;
        for (var step = 0; step < exponent; step++)
            power *= factor;
        return power;
    }
}
