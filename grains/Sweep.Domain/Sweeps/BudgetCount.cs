using Sweep.Domain.Trials;
using static System.FormattableString;

namespace Sweep.Domain.Sweeps;

/// <summary>A trial that is over, as its sweep's budget counts it.</summary>
/// <param name="Value">The objective's metric at the best epoch; null when there is none.</param>
/// <param name="Epochs">Epochs that it has trained.</param>
public sealed record SpentTrial(int Number, TrialState State, double? Value, int Epochs);

/// <summary>
/// Counts what a sweep has spent of its budget, trial by trial in the order of their numbers. A trial is counted when all with lower
/// numbers are over, so that the same one meets the budget whatever the number of workers.
/// </summary>
public sealed class BudgetCount(SweepSpec spec)
{
    private readonly BudgetSpec _budget = spec.Budget ?? new();
    private readonly List<double?> _point = [];
    private long _epochs;
    private int _failures;

    /// <summary>The number of the last trial that was counted; 0 before the first.</summary>
    public int Last { get; private set; }

    /// <summary>Counts the trial that follows <see cref="Last"/>.</summary>
    /// <returns>What it met of the budget, in words; null when there is something left of everything.</returns>
    public string? Add(SpentTrial trial)
    {
        if (trial.Number != Last + 1)
            throw new ArgumentException($"Trial {Last + 1} is counted next, not trial {trial.Number}.", nameof(trial));
        Last = trial.Number;
        _epochs += trial.Epochs;
        _failures += trial.State == TrialState.Failed ? 1 : 0;
        _point.Add(trial.State is TrialState.Failed or TrialState.Cancelled ? null : trial.Value);
        double? mean = null;
        if (_point.Count == spec.TrialsPerPoint)
        {
            var values = _point.OfType<double>().ToList();
            mean = values.Count > 0 ? values.Average() : null;
            _point.Clear();
        }

        return _budget switch
        {
            { Target: { } target } when mean is { } value && spec.Objective.Score(value) <= spec.Objective.Score(target) =>
                Invariant($"target: trial {Last} has a {spec.Objective.Metric.Name} of {value:0.#####}"),
            { Failures: { } failures } when _failures >= failures => Invariant($"failures: trial {Last} is number {_failures} that failed"),
            { Epochs: { } epochs } when _epochs >= epochs => Invariant($"epochs: the trials up to {Last} trained {_epochs:#,0}"),
            _ => null,
        };
    }

    /// <param name="age">Time since the sweep was submitted.</param>
    /// <returns>That the time is met, in words; null while it is not.</returns>
    public string? Met(TimeSpan age) =>
        _budget.Time is { } time && age.TotalSeconds >= time ? Invariant($"time: {time:#,0.#} s have passed") : null;
}
