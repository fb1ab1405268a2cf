using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Trainer.Training;

namespace Sweep.Trainer.Conversation;

/// <summary>Turns the exception that ended an attempt into the event that the silo receives.</summary>
internal static class Failures
{
    // libtorch throws the same exception type for every error. These are the messages of its allocators for CPUs and GPUs, and of CUDA's
    // libraries, which allocate memory beside libtorch.
    private static readonly string[] MemoryWords =
    [
        "can't allocate memory",
        "not enough memory",
        "out of memory",
        "CUBLAS_STATUS_ALLOC_FAILED",
        "CUDNN_STATUS_ALLOC_FAILED",
        "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED",
        "CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED",
    ];

    public static TrainerEvent.Failed Of(Exception error)
    {
        // libtorch appends a trace of its own code after the first line.
        var message = error.Message.Split('\n')[0].Trim();
        return new(Reason(error), error is TrainerException or DivergedException ? message : $"{error.GetType().Name}: {message}");
    }

    private static FailureReason Reason(Exception error) => error switch
    {
        DivergedException => FailureReason.Diverged,
        ImpossibleTrialException => FailureReason.Impossible,
        OutOfMemoryException => FailureReason.OutOfMemory,
        _ when MemoryWords.Any(words => error.Message.Contains(words, StringComparison.OrdinalIgnoreCase)) => FailureReason.OutOfMemory,
        _ => FailureReason.TrainerError,
    };
}
