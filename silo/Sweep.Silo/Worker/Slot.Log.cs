namespace Sweep.Silo.Worker;

internal sealed partial class Slot
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A trainer on {Device} was killed and does not end: it waits for the system, and ends when that answers. "
            + "The slot goes on with another one")]
    private partial void LogDoesNotEnd(string device);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A trainer on {Device} neither starts nor ends. The slot goes on with another one")]
    private partial void LogStartDoesNotEnd(string device);
}
