namespace Sweep.Domain.Stopping;

/// <summary>Stops a trial whose best value is worse than a bound at one epoch. It needs no other trial.</summary>
/// <param name="epoch">At least 1.</param>
/// <param name="bound">A value of the metric.</param>
public sealed class ThresholdRule(int epoch, double bound, MetricWords words) : IStoppingRule
{
    internal const string Word = "threshold";

    public string Name => Word;

    public IReadOnlyList<int> Rungs(int number, int epochs) => epoch < epochs ? [epoch] : [];

    public TrialRange ComparedWith(int number) => TrialRange.None;

    public Judgement Judge(int number, IReadOnlyList<double> scores, RungStandings others)
    {
        var (own, limit) = (RungTable.Lowest(scores), words.Score(bound));
        var stops = own > limit;
        return new(
            stops ? RungVerdict.Stop : RungVerdict.GoOn,
            limit,
            $"epoch {scores.Count}: {words.Named(own)} is {(stops ? "" : "not ")}{words.Worse} the threshold {words.Value(limit)}");
    }
}
