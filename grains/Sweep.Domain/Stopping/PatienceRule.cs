using System.Globalization;

namespace Sweep.Domain.Stopping;

/// <summary>
/// Stops a trial that has not got better for some epochs. It needs no other trial. Source: Prechelt, Early stopping – but when?, 1998.
/// </summary>
/// <param name="epochsWithoutGain">At least 1.</param>
/// <param name="gain">By how much an epoch must be better than the best before it to count; at least 0.</param>
public sealed class PatienceRule(int epochsWithoutGain, double gain, MetricWords words) : IStoppingRule
{
    internal const string Word = "patience";

    public string Name => Word;

    public IReadOnlyList<int> Rungs(int number, int epochs) =>
        [.. Enumerable.Range(epochsWithoutGain + 1, Math.Max(0, epochs - 1 - epochsWithoutGain))];

    public TrialRange ComparedWith(int number) => TrialRange.None;

    public Judgement Judge(int number, IReadOnlyList<double> scores, RungStandings others)
    {
        var (best, since) = (double.PositiveInfinity, 0);
        foreach (var (index, score) in scores.Index())
        {
            if (score < best - gain)
                (best, since) = (score, index + 1);
        }

        var without = scores.Count - since;
        var stops = without >= epochsWithoutGain;
        var found = since == 0
            ? $"epoch {scores.Count}: no epoch has had a {words.Metric} that is a number"
            : $"epoch {scores.Count}: {words.Named(best)} at epoch {since} is the last gain{By}, "
                + $"{without} {(without == 1 ? "epoch" : "epochs")} ago";
        return new(
            stops ? RungVerdict.Stop : RungVerdict.GoOn,
            since == 0 ? null : best,
            $"{found}; {epochsWithoutGain} without a gain end a trial");
    }

    private string By => gain == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" of more than {gain}");
}
