using Sweep.Domain.Trials;

namespace Sweep.Grains;

public sealed partial class SchedulerGrain
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The scheduler starts: {Waiting} trials wait, {Leased} are leased")]
    private partial void LogStarted(int waiting, int leased);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Worker {Worker} has lost trial {Attempt}: {Reason}")]
    private partial void LogLost(AttemptId attempt, string worker, FailureReason reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Trial {Attempt} could not be told that it is lost; trying again")]
    private partial void LogLoseFailed(Exception error, AttemptId attempt);

    [LoggerMessage(Level = LogLevel.Information, Message = "Worker {Worker} is told to drain")]
    private partial void LogDraining(string worker);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Sweep {Sweep} waits for slots, labels or programs (resources.slots, resources.require, --programs) that no worker has")]
    private partial void LogUnplaceable(int sweep);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The scheduler cannot read its rows now, and goes on with what it knows: {Error}")]
    private partial void LogCannotRead(string error);
}
