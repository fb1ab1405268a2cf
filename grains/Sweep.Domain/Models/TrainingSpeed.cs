using Sweep.Domain.Search;

namespace Sweep.Domain.Models;

/// <summary>What an epoch of a trial costs, by arithmetic alone.</summary>
/// <param name="LayerSteps">Steps of the recurrence: one for each batch, character of its windows, and layer.</param>
/// <param name="Macs">Multiply-accumulates of all windows; training one costs three passes, validating one costs one.</param>
public readonly record struct EpochCost(double LayerSteps, double Macs)
{
    /// <param name="macs">Multiply-accumulates of a forward pass for one window.</param>
    public static EpochCost Of(TrialParameters parameters, WindowCounts windows, long macs)
    {
        var batch = Math.Max(1, Math.Min(parameters.BatchSize ?? int.MaxValue, windows.Training));
        var batches = Math.Ceiling(windows.Training / (double)batch);
        return new(batches * parameters.SequenceLength * parameters.Layers, macs * ((3.0 * windows.Training) + windows.Validation));
    }
}

/// <summary>How long epochs take: a time for each step of the recurrence, however small, and one for each multiply-accumulate.</summary>
public sealed record TrainingSpeed(double SecondsPerLayerStep, double SecondsPerMac)
{
    /// <summary>One core of a machine of 2026, as in docs/published.md, for clusters where nothing was trained yet.</summary>
    public static TrainingSpeed Typical { get; } = new(6e-5, 3.3e-11);

    /// <summary>Seconds of an epoch.</summary>
    public double Of(EpochCost cost) => (SecondsPerLayerStep * cost.LayerSteps) + (SecondsPerMac * cost.Macs);

    /// <summary>
    /// The speed that is nearest to what was measured, by the squares of the relative errors. Neither of its times is negative.
    /// </summary>
    /// <param name="measured">Epochs with their seconds, above 0.</param>
    /// <returns>Null when nothing was measured.</returns>
    public static TrainingSpeed? Fit(IReadOnlyList<(EpochCost Cost, double Seconds)> measured)
    {
        if (measured.Count == 0)
            return null;
        var (xx, xy, yy, x, y) = (0.0, 0.0, 0.0, 0.0, 0.0);
        foreach (var (cost, seconds) in measured)
        {
            var (steps, macs) = (cost.LayerSteps / seconds, cost.Macs / seconds);
            (xx, xy, yy, x, y) = (xx + (steps * steps), xy + (steps * macs), yy + (macs * macs), x + steps, y + macs);
        }

        var determinant = (xx * yy) - (xy * xy);
        var (perStep, perMac) = (((x * yy) - (y * xy)) / determinant, ((y * xx) - (x * xy)) / determinant);
        // Trials of one point do not tell the two times apart.
        return determinant <= 1e-9 * xx * yy || perStep < 0 ? new(0, y / yy)
            : perMac < 0 ? new(x / xx, 0)
            : new(perStep, perMac);
    }
}
