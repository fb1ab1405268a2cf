using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;

namespace Sweep.Silo.Trainers;

/// <summary>What is expected of one training.</summary>
/// <param name="Epochs">The most epochs; null for no limit.</param>
/// <param name="Objective">The metric that each epoch of a program has; null where the built-in model trains.</param>
/// <param name="CheckpointLimit">The longest time that the trainer may take to write its checkpoint and stop.</param>
/// <param name="StopLimit">The longest time that it may take to stop when its result is not needed.</param>
internal sealed record TrainingTerms(
    int? Epochs, IReadOnlyList<int>? JudgedAt, Metric? Objective, TimeSpan CheckpointLimit, TimeSpan StopLimit)
{
    /// <summary>What the runner needs beside the grace of its program: to kill what is left of it, and to read its checkpoint.</summary>
    public static readonly TimeSpan RunnerMargin = TimeSpan.FromSeconds(15);

    public static TrainingTerms Of(TrainerCommand.Train command) => new(
        command.Parameters.Epochs, command.JudgedAt, Objective: null, TrainerConversation.CheckpointLimit, TrainerConversation.StopLimit);

    public static TrainingTerms Of(TrainerCommand.RunProgram command)
    {
        var limit = TimeSpan.FromSeconds(command.Program.StopGrace) + RunnerMargin;
        return new(command.Epochs, command.JudgedAt, command.Objective.Metric, limit, limit);
    }

    private bool IsProgram => Objective is not null;

    /// <summary>The epoch that an event reports; null where it reports none that may come now.</summary>
    /// <param name="trained">The epochs before it.</param>
    public EpochReport? EpochIn(TrainerEvent happened, int trained)
    {
        EpochReport? report = happened switch
        {
            TrainerEvent.EpochFinished(var finished) when !IsProgram => finished,
            TrainerEvent.Reported(var epoch, var seconds, var metrics)
                when metrics.ContainsKey(Objective?.Name ?? "") && metrics.Values.All(double.IsFinite) =>
                new ProgramMetrics(epoch, seconds, metrics),
            _ => null,
        };
        return report?.Epoch == trained + 1 && report.Epoch <= (Epochs ?? int.MaxValue) ? report : null;
    }

    /// <summary>The outcome of a training that says it is at its end; null where it says something else, or cannot be.</summary>
    public TrainerOutcome? EndIn(TrainerEvent happened, int trained) => happened switch
    {
        TrainerEvent.Succeeded(var result) when !IsProgram && trained == Epochs => new TrainerOutcome.Succeeded(result),
        // A program may end before its last epoch.
        TrainerEvent.ProgramEnded(var result) when IsProgram && trained > 0 => new TrainerOutcome.ProgramEnded(trained, result),
        _ => null,
    };
}
