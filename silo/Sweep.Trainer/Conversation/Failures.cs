using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Trainer.Training;

namespace Sweep.Trainer.Conversation;

/// <summary>Puts whatever ended an attempt into the silo's words.</summary>
internal static class Failures
{
    // libtorch throws one exception for everything; these are the words of its allocators, on CPUs and on GPUs.
    private static readonly string[] MemoryWords = ["can't allocate memory", "not enough memory", "out of memory"];

    public static TrainerEvent.Failed Of(Exception error)
    {
        // Under its first line libtorch puts a trace of its own code.
        var message = error.Message.Split('\n')[0].Trim();
        return new(Reason(error), error is TrainerException or DivergedException ? message : $"{error.GetType().Name}: {message}");
    }

    private static FailureReason Reason(Exception error) => error switch
    {
        DivergedException => FailureReason.Diverged,
        OutOfMemoryException => FailureReason.OutOfMemory,
        _ when MemoryWords.Any(words => error.Message.Contains(words, StringComparison.OrdinalIgnoreCase)) => FailureReason.OutOfMemory,
        _ => FailureReason.TrainerError,
    };
}
