using System.Net;
using Sweep.Grains;

namespace Sweep.Silo.Monitoring;

/// <summary>
/// Counts the connections that TLS refused, and logs at most one of them a second, so that repeated attempts do not fill the disk.
/// </summary>
internal sealed partial class RefusedConnections(SweepInstruments instruments, TimeProvider time, ILogger<RefusedConnections> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long? _told;
    private int _untold;

    public void Add(EndPoint? other, string reason)
    {
        instruments.ConnectionRefused();
        int untold;
        lock (_gate)
        {
            if (_told is { } before && time.GetElapsedTime(before) < Pause)
            {
                _untold++;
                return;
            }

            (_told, untold, _untold) = (time.GetTimestamp(), _untold, 0);
        }

        LogRefused(other, reason, untold);
    }
}
