namespace Sweep.Silo.Monitoring;

internal sealed partial class HealthWatch
{
    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The database does not answer; training goes on and what it measures waits: {Error}")]
    private partial void LogDatabaseAway(string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Silos tell by the clock which of them live, and {Complaint}.")]
    private partial void LogClock(string complaint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Complaint}")]
    private partial void LogFull(string complaint);
}
