using System.Net;

namespace Sweep.Silo.Monitoring;

internal sealed partial class RefusedConnections
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The connection with {Other} was refused: {Reason} ({Untold} more since the last one that was told).")]
    private partial void LogRefused(EndPoint? other, string reason, int untold);
}
