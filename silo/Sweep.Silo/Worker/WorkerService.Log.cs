using Sweep.Domain.Trials;

namespace Sweep.Silo.Worker;

public sealed partial class WorkerService
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Worker {Worker} is ready: {Slots} slots on {Devices}")]
    private partial void LogReady(string worker, int slots, string devices);

    [LoggerMessage(Level = LogLevel.Information, Message = "Draining: {Attempts} attempts write a checkpoint and stop")]
    private partial void LogDraining(int attempts);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The scheduler could not be asked for trials; trying again")]
    private partial void LogLeaseFailed(Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The leases could not be renewed; trying again")]
    private partial void LogRenewFailed(Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "The end of an attempt of trial {Trial} could not be reported")]
    private partial void LogAttemptLost(Exception error, TrialId trial);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "A slot on {Device} takes no more trials, since {Failures} self-tests failed in a row: {Complaint}")]
    private partial void LogUnfit(string device, int failures, string complaint);

    [LoggerMessage(Level = LogLevel.Information, Message = "A slot on {Device} can train again")]
    private partial void LogFitAgain(string device);
}
