using System.Globalization;
using Sweep.Domain.Sweeps;
using Sweep.Storage.Reading;

namespace Sweep.Client.Output;

/// <summary>What is left of a sweep's budget, as text for people.</summary>
internal static class BudgetText
{
    /// <returns>Empty where the sweep has no budget beside its trials, or is over.</returns>
    public static string Left(SweepOverview sweep)
    {
        if (sweep is not { Left: { } left, EndedBy: null, State: SweepState.Running or SweepState.Paused })
            return "";
        string[] parts =
        [
            left.Epochs is { } epochs ? string.Create(CultureInfo.InvariantCulture, $"{epochs:#,0} epochs") : "",
            left.Seconds is { } seconds ? Quantities.Seconds(seconds) : "",
            left.Failures is { } failures ? string.Create(CultureInfo.InvariantCulture, $"{failures:#,0} failures") : "",
            sweep.Spec.Budget?.Target is { } target
                ? $"{PlainText.Of(sweep.Spec.Objective.Metric)} {Quantities.Metric(target)} to reach"
                : "",
        ];
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }
}
