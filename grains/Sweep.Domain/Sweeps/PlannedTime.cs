using Sweep.Domain.Models;
using Sweep.Domain.Search;

namespace Sweep.Domain.Sweeps;

/// <summary>How long a sweep trains.</summary>
/// <param name="Slots">How many trials train at one time, of the slots that there are.</param>
/// <param name="Expected">With the epochs that are expected.</param>
/// <param name="Most">With the epochs at the most.</param>
public sealed record PlannedTime(int Slots, TimeSpan Expected, TimeSpan Most)
{
    /// <summary>A time that is longer than anybody plans for, so that none overflows.</summary>
    private const double MostSeconds = 1e10;

    /// <param name="slots">Slots that trials of the sweep could have.</param>
    /// <returns>Null where there is no slot, or no trial.</returns>
    public static PlannedTime? Of(SweepSpec spec, SweepPlan plan, EpochPlan epochs, TrainingSpeed speed, int slots)
    {
        var atOnce = Math.Min(
            Math.Min(slots / spec.Resources.Slots, spec.Resources.MaxConcurrent ?? int.MaxValue), plan.AtOnce ?? plan.Count);
        if (atOnce < 1 || plan.Trials.Count == 0)
            return null;
        // The mean of an epoch, since the trials that a method that learns will propose are not known.
        var trained = plan.Trials.Select(trial => trial.Parameters.ForModel()).ToList();
        var seconds = plan.Trials.Zip(trained).Sum(
            trial => trial.Second.Epochs * speed.Of(EpochCost.Of(trial.Second, trial.First.Windows, trial.First.Macs)));
        var epoch = seconds / trained.Sum(trial => (double)trial.Epochs);
        var one = epoch * trained.Average(trial => trial.Epochs);
        return new(atOnce, Time(epochs.Expected), Time(epochs.Most));

        TimeSpan Time(double trains) => TimeSpan.FromSeconds(Math.Min(MostSeconds, Math.Max(one, trains * epoch / atOnce)));
    }
}
