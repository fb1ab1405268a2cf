using Sweep.Domain.Programs;
using Sweep.Domain.Trials;

namespace Sweep.Silo.Trainers;

/// <summary>How a training or the writing of a text ended. There are no other ends than these.</summary>
internal abstract record TrainerOutcome
{
    private TrainerOutcome() { }

    /// <summary>Every epoch was trained and reported.</summary>
    public sealed record Succeeded(TrialResult Result) : TrainerOutcome;

    /// <summary>The program has ended well.</summary>
    /// <param name="Epochs">How many epochs it has reported, over all attempts.</param>
    public sealed record ProgramEnded(int Epochs, ProgramResult Result) : TrainerOutcome;

    /// <summary>The text that was asked for is written.</summary>
    public sealed record Generated(string Text) : TrainerOutcome;

    /// <summary>The trainer reported a failure, or something that makes no sense.</summary>
    public sealed record Failed(FailureReason Reason, string Message) : TrainerOutcome;

    /// <summary>The trainer was asked to stop, and trains no more: it stopped, or its process ended.</summary>
    public sealed record Stopped : TrainerOutcome;

    /// <summary>The process ended without being asked to.</summary>
    /// <param name="How">A sentence with its exit code and the last line of its log.</param>
    public sealed record Died(string How) : TrainerOutcome;

    /// <summary>The trainer took no step within the limit.</summary>
    public sealed record Stalled(string Message) : TrainerOutcome;
}
