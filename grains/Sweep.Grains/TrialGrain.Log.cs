using Sweep.Domain.Trials;

namespace Sweep.Grains;

public sealed partial class TrialGrain
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Trial {Trial}, attempt {Attempt} failed ({Reason}): {Detail}")]
    private partial void LogAttemptFailed(TrialId trial, int attempt, FailureReason reason, string detail);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Trial {Trial} is not {State} in attempt {Attempt} any more, or its sweep does not run: the row is read again")]
    private partial void LogMovedOn(TrialId trial, TrialState state, int attempt);
}
