using System.Globalization;
using Sweep.Domain.Search;
using Sweep.Domain.Stopping;

namespace Sweep.Domain.Sweeps;

/// <summary>The rules for the section <c>stop</c> of a spec.</summary>
internal static class StopProblems
{
    /// <summary>The mistakes in single keys.</summary>
    public static IEnumerable<SpecProblem> OfKeys(IReadOnlyList<StopSpec>? rules)
    {
        if (rules is { Count: 0 })
            return [SpecProblem.Of("stop", "[]", SpecBounds.StopExpected)];
        return (rules ?? []).Index().SelectMany(rule => OfKeys(rule.Item).Select(problem => problem with { Item = rule.Index }));
    }

    /// <summary>The mistake of a rule that would never judge a trial, because all trials are over before.</summary>
    public static IEnumerable<SpecProblem> OfTheWhole(SweepSpec spec)
    {
        if (spec.Stop is not { } rules)
            yield break;
        var most = new ReachableValues(spec.Parameters).MostEpochs;
        foreach (var (index, rule) in rules.Index())
        {
            var (bound, value, last) = rule switch
            {
                StopSpec.Asha asha => (SpecBounds.StopFirst, asha.First, most - 1),
                StopSpec.Hyperband hyperband => (SpecBounds.StopFirst, hyperband.First, most - 1),
                StopSpec.Median median => (SpecBounds.StopFirst, median.First, most - 1),
                StopSpec.Threshold threshold => (SpecBounds.StopEpoch, threshold.Epoch, most - 1),
                StopSpec.Patience patience => (SpecBounds.StopEpochs, patience.Epochs, most - 2),
                _ => throw new InvalidOperationException($"A stopping rule without bounds: {rule.GetType().Name}."),
            };
            if (value > last)
            {
                yield return SpecProblem.Of(
                    bound.Path,
                    value,
                    last < 1
                        ? string.Create(CultureInfo.InvariantCulture, $"with {most} epochs no trial is ever judged; leave the rule out")
                        : string.Create(
                            CultureInfo.InvariantCulture, $"expected at most {last}, since no trial trains more than {most} epochs"),
                    index);
            }
        }
    }

    private static IEnumerable<SpecProblem> OfKeys(StopSpec? rule) => rule switch
    {
        StopSpec.Asha(var first, var factor) =>
            [.. SpecBounds.StopFirst.Problems(first), .. SpecBounds.StopFactor.Problems(factor)],
        StopSpec.Hyperband(var first, var factor) =>
            [.. SpecBounds.StopFirst.Problems(first), .. SpecBounds.StopFactor.Problems(factor)],
        StopSpec.Median(var first, var every, var trials) =>
            [
                .. SpecBounds.StopFirst.Problems(first), .. SpecBounds.StopEvery.Problems(every),
                .. SpecBounds.StopTrials.Problems(trials),
            ],
        StopSpec.Threshold(var epoch, var value) =>
            [
                .. SpecBounds.StopEpoch.Problems(epoch),
                .. double.IsFinite(value) ? [] : new[] { SpecProblem.Of("stop.value", value, SpecBounds.StopValueExpected) },
            ],
        StopSpec.Patience(var epochs, var gain) =>
            [
                .. SpecBounds.StopEpochs.Problems(epochs),
                .. gain >= 0 && double.IsFinite(gain) ? [] : new[] { SpecProblem.Of("stop.gain", gain, SpecBounds.StopGainExpected) },
            ],
        _ => [SpecProblem.Of("stop", null, SpecBounds.StopExpected)],
    };
}
