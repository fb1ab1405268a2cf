namespace Sweep.Silo.Worker;

internal sealed partial class AttemptRun
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reason} The trial begins again.")]
    private partial void LogCheckpointRefused(string reason);
}
