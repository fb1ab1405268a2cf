namespace Sweep.Domain.Sweeps;

/// <summary>
/// What a sweep may spend beside its number of trials, and what it need not go beyond. The first that is met ends the sweep. All but the
/// time are judged in the order of the trials' numbers: see <see cref="BudgetCount"/>.
/// </summary>
/// <param name="Epochs">Epochs that its trials train together; at least 1.</param>
/// <param name="Time">Seconds since the sweep was submitted; from 1 to <see cref="MaxTime"/>.</param>
/// <param name="Target">A value of the objective that is good enough.</param>
/// <param name="Failures">Trials that fail; at least 1.</param>
public sealed record BudgetSpec(long? Epochs = null, double? Time = null, double? Target = null, int? Failures = null)
{
    public const double MaxTime = 100_000_000;
}
