using Sweep.Domain.Trials;

namespace Sweep.Runner.Running;

/// <summary>Why a program is ended before its own end.</summary>
internal sealed class ProgramMistakeException(FailureReason reason, string message) : Exception(message)
{
    public FailureReason Reason => reason;
}
