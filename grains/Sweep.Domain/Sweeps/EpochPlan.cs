using Sweep.Domain.Stopping;

namespace Sweep.Domain.Sweeps;

/// <summary>How many trials get to the end of an epoch at which they are judged, or to their last one.</summary>
/// <param name="Bracket">With hyperband, at how many rungs the trials of this kind of cohort are judged; null with other rules.</param>
/// <param name="Epoch">The epoch; of the last row the most that a trial trains.</param>
/// <param name="IsLast">Whether trials end there, and are not judged.</param>
/// <param name="Most">How many trials get there at the most.</param>
/// <param name="Expected">How many are expected to.</param>
public sealed record PlannedRung(int? Bracket, int Epoch, bool IsLast, double Most, double Expected);

/// <summary>
/// What stopping rules leave of a sweep's epochs, as far as that is known before any loss is. Of asha 1 / factor of the points are expected
/// to go on at each rung, and those that are better than all before them, which the rule never stops: point n is that with the probability
/// 1 / n. A cohort of hyperband has as many at each rung as the rule says. What the other rules stop depends on the losses.
/// </summary>
/// <param name="Rungs">The cohorts of hyperband with the most rungs first, and the rungs of each in their order; the end is one.</param>
/// <param name="Most">The epochs that all trials together train at the most.</param>
/// <param name="Expected">The epochs that they are expected to train.</param>
/// <param name="Untold">The words of the rules that stop trials in a number that cannot be told.</param>
public sealed record EpochPlan(IReadOnlyList<PlannedRung> Rungs, double Most, double Expected, IReadOnlyList<string> Untold)
{
    /// <param name="epochs">By trial, in the order of their numbers, the epochs that it would train.</param>
    public static EpochPlan Of(SweepSpec spec, IReadOnlyList<int> epochs)
    {
        var longest = epochs.DefaultIfEmpty(1).Max();
        var halving = spec.Stop?.FirstOrDefault(rule => rule is StopSpec.Asha or StopSpec.Hyperband);
        // The rules as the sweep has them: they count points, and know the most epochs of any trial, which may not be among these.
        var rules = StoppingRules.For(spec);
        var hyperband = halving is StopSpec.Hyperband ? rules!.Halving!.Value.Rule : null;
        var rungs = new Dictionary<(int Bracket, int Epoch), PlannedRung>();
        var (most, expected) = (0.0, 0.0);
        foreach (var (index, own) in epochs.Index())
        {
            var point = rules?.Point(index + 1) ?? 0;
            var bracket = hyperband?.Rungs(point, int.MaxValue).Count;
            var before = 0;
            foreach (var (epoch, atMost, asExpected) in Steps(point, own))
            {
                var key = (-(bracket ?? 0), epoch == own ? int.MaxValue : epoch);
                var rung = rungs.GetValueOrDefault(key) ?? new(bracket, epoch == own ? longest : epoch, epoch == own, 0, 0);
                rungs[key] = rung with { Most = rung.Most + atMost, Expected = rung.Expected + asExpected };
                most += atMost * (epoch - before);
                expected += asExpected * (epoch - before);
                before = epoch;
            }
        }

        return new(
            [.. rungs.OrderBy(rung => rung.Key).Select(rung => rung.Value)],
            most,
            Math.Min(expected, spec.Budget?.Epochs ?? double.PositiveInfinity),
            [.. (spec.Stop ?? []).Where(rule => rule != halving).Select(rule => rule.Name).Distinct()]);

        // Of one trial of a point the epochs at which it is judged, and its last one, with the part of it that gets there.
        IEnumerable<(int Epoch, double Most, double Expected)> Steps(int point, int own)
        {
            var part = 1.0;
            if (hyperband is not null)
            {
                var (range, divisor) = (hyperband.ComparedWith(point), ((StopSpec.Hyperband)halving!).Factor);
                var cohort = range.Last - range.First + 1;
                var left = cohort;
                foreach (var rung in hyperband.Rungs(point, own))
                {
                    yield return (rung, part, part);
                    left = Math.Max(1, left / divisor);
                    part = left / (double)cohort;
                }
            }

            if (halving is StopSpec.Asha asha)
            {
                var rank = 1.0;
                foreach (var rung in RungTable.Growing(asha.First, asha.Factor, own))
                {
                    yield return (rung, 1, part);
                    rank /= asha.Factor;
                    part = Math.Max(rank, 1.0 / point);
                }
            }

            yield return (own, hyperband is null ? 1 : part, part);
        }
    }
}
