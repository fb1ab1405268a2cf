using Sweep.Domain.Trials;

namespace Sweep.Silo.Trainers;

/// <summary>How one thing that a trainer was asked for ended. There are no other ends than these.</summary>
internal abstract record TrainerOutcome
{
    private TrainerOutcome() { }

    /// <summary>Every epoch was trained and reported.</summary>
    public sealed record Succeeded(TrialResult Result) : TrainerOutcome;

    /// <summary>The text that was asked for is written.</summary>
    public sealed record Generated(string Text) : TrainerOutcome;

    /// <summary>The trainer reported a failure, or something that makes no sense.</summary>
    public sealed record Failed(FailureReason Reason, string Message) : TrainerOutcome;

    /// <summary>It was asked to stop, and trains no more: it obeyed, or it ended.</summary>
    public sealed record Stopped : TrainerOutcome;

    /// <summary>The process ended, and nobody had asked it to.</summary>
    /// <param name="How">A sentence: its exit code, and what it logged last.</param>
    public sealed record Died(string How) : TrainerOutcome;

    /// <summary>It took no step within the limit.</summary>
    public sealed record Stalled(string Message) : TrainerOutcome;
}
