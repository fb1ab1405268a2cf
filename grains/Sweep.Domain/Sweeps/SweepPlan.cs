using Sweep.Domain.Models;
using Sweep.Domain.Search;

namespace Sweep.Domain.Sweeps;

/// <summary>The cost of one trial, by arithmetic alone.</summary>
/// <param name="Number">From 1.</param>
/// <param name="ModelParameters">Trainable numbers.</param>
/// <param name="ModelBytes">Bytes of the parameters as float32.</param>
/// <param name="Macs">Multiply-accumulates of a forward pass for one window: see <see cref="ModelShape.Macs"/>.</param>
/// <param name="TrainingBytes">The memory of the trainer at its peak on a CPU: see <see cref="TrainingMemory"/>.</param>
/// <param name="CheckpointBytes">Bytes of the tensors in a checkpoint; the rest of it is small.</param>
/// <param name="CheckpointSeconds">The shortest time from one checkpoint to the next.</param>
public sealed record PlannedTrial(
    int Number, ParameterMap Parameters, WindowCounts Windows, long ModelParameters, long ModelBytes, long Macs, long TrainingBytes,
    long CheckpointBytes, double CheckpointSeconds);

/// <summary>The trials of a sweep and the cost of each. Nothing is run for it.</summary>
/// <param name="Trials">In the order of their numbers; of a method that learns those that are known before any outcome.</param>
/// <param name="LeftOut">How many points are left out, because they would train the same as an earlier one.</param>
/// <param name="Reasons">Why they would, each reason once.</param>
/// <param name="Count">How many trials there are at the most, the others included.</param>
/// <param name="Epochs">How many epochs they train together at the most.</param>
/// <param name="AtOnce">How many trials a method that learns has unfinished at one time; null where the method does not limit it.</param>
public sealed record SweepPlan(
    IReadOnlyList<PlannedTrial> Trials, int LeftOut, IReadOnlyList<string> Reasons, int Count, long Epochs, int? AtOnce)
{
    /// <param name="characters">Length of the text in characters (Unicode code points).</param>
    /// <param name="vocabulary">Distinct characters of the text.</param>
    public static SweepPlan Of(SweepSpec spec, int characters, int vocabulary)
    {
        var points = SearchMethods.Points(spec);
        var distinct = points as DistinctSearch;
        PlannedTrial[] trials = [.. SearchMethods.First(spec).Select((trial, index) => Planned(index + 1, trial))];
        var count = SearchMethods.For(spec, points).Count;
        return new(
            trials,
            distinct?.LeftOut ?? 0,
            distinct?.Reasons ?? [],
            count,
            trials.Sum(trial => (long)trial.Parameters.Epochs)
                + ((count - trials.Length) * new ReachableValues(spec.Parameters).Largest("epochs")),
            spec.Search is { } search ? (int)Math.Min(count, (long)search.Window * spec.TrialsPerPoint) : null);

        PlannedTrial Planned(int number, ParameterMap trial)
        {
            var parameters = trial.ForModel();
            var windows = spec.Dataset.Counts(characters, parameters.SequenceLength);
            var shape = ModelShape.Of(parameters, vocabulary);
            var checkpoint = shape.CheckpointBytes(parameters.Optimizer);
            return new PlannedTrial(
                number, trial, windows, shape.Parameters, shape.Bytes, shape.Macs,
                TrainingMemory.Peak(shape, parameters.Optimizer, parameters.BatchSize, windows, characters),
                checkpoint, spec.Checkpoint.Interval(checkpoint));
        }
    }
}
