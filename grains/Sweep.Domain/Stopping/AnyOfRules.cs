namespace Sweep.Domain.Stopping;

/// <summary>
/// Several rules at one time: a trial is judged at the rungs of each. Where several judge, they do so in their order, and the first that
/// does not let the trial go on decides. So the sentence about a stop is the same in any order of arrival.
/// </summary>
/// <param name="rules">At least one.</param>
public sealed class AnyOfRules(IReadOnlyList<IStoppingRule> rules) : IStoppingRule
{
    public string Name => string.Join(", ", rules.Select(rule => rule.Name));

    public IReadOnlyList<int> Rungs(int number, int epochs) =>
        [.. rules.SelectMany(rule => rule.Rungs(number, epochs)).Distinct().Order()];

    public TrialRange ComparedWith(int number) => Union(rules, number);

    /// <summary>
    /// A trial does not wait for trials of a rule that does not judge there: they may be proposed only once the trial has gone on.
    /// </summary>
    public TrialRange ComparedAt(int number, int epoch) => Union(JudgingAt(number, epoch), number);

    public Judgement Judge(int number, IReadOnlyList<double> scores, RungStandings others)
    {
        var epoch = scores.Count;
        var judgement = new Judgement(RungVerdict.GoOn, null, $"epoch {epoch}: no rule judges here");
        foreach (var rule in JudgingAt(number, epoch))
        {
            judgement = rule.Judge(number, scores, others) with { Rule = rule.Name };
            if (judgement.Verdict != RungVerdict.GoOn)
                break;
        }

        return judgement;
    }

    private IEnumerable<IStoppingRule> JudgingAt(int number, int epoch) =>
        rules.Where(rule => rule.Rungs(number, epoch + 1).Contains(epoch));

    private static TrialRange Union(IEnumerable<IStoppingRule> some, int number) => some
        .Select(rule => rule.ComparedWith(number))
        .Where(range => !range.IsEmpty)
        .DefaultIfEmpty(TrialRange.None)
        .Aggregate((one, other) => new(Math.Min(one.First, other.First), Math.Max(one.Last, other.Last)));
}
