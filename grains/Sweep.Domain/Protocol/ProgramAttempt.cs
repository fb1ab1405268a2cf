using Sweep.Domain.Programs;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;

namespace Sweep.Domain.Protocol;

/// <summary>The attempts of trials of a program, as the runner is asked for them.</summary>
public static class ProgramAttempt
{
    /// <param name="spec">A spec with a program.</param>
    /// <param name="number">The number of the trial.</param>
    /// <param name="judgedAt">See <see cref="TrainerCommand.RunProgram"/>; likewise <paramref name="devices"/>.</param>
    public static TrainerCommand.RunProgram Of(
        SweepSpec spec, int number, int attempt, ParameterMap trial, IReadOnlyList<int>? judgedAt = null,
        IReadOnlyList<string>? devices = null)
    {
        IEnumerable<string> names = spec.Parameters.Dimensions.Select(dimension => dimension.Name);
        return new(
            $"{spec.Name}/{number}",
            attempt,
            ProgramArguments.Of(spec.Program!, names, trial),
            new ParameterMap([.. names.Select(name => (name, trial.ValueOf(name)))]).ToJson(),
            ((ParameterValue.Whole)trial.ValueOf(OwnParameters.SeedName)).Number,
            spec.Objective,
            spec.Program!,
            trial.Epochs is var epochs and > 0 ? epochs : null,
            spec.Checkpoint.Every,
            judgedAt,
            devices);
    }
}
