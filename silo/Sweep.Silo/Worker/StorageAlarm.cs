using System.Collections.Concurrent;
using Sweep.Grains;
using Sweep.Storage;

namespace Sweep.Silo.Worker;

/// <summary>Says that the database does not take what is to be stored: counted each time, logged once a minute and kind, since each is tried again and again.</summary>
public sealed partial class StorageAlarm(SweepInstruments instruments, TimeProvider time, ILogger<StorageAlarm> logger)
{
    private static readonly TimeSpan SayEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<DatabaseFault, long> _said = new();

    /// <param name="what">What waits to be stored: the beginning of a sentence.</param>
    public void Failed(string what, Exception error)
    {
        var fault = DatabaseFaults.Of(error);
        instruments.StorageFailed(fault.Name());
        var now = time.GetTimestamp();
        if (_said.TryGetValue(fault, out var last) && time.GetElapsedTime(last, now) < SayEvery)
            return;
        _said[fault] = now;
        LogFailed(fault == DatabaseFault.DiskFull ? LogLevel.Error : LogLevel.Warning, what, fault.Advice(), error.Message);
    }

    [LoggerMessage(Message = "{What} cannot be stored now, and training goes on: {Advice} ({Error})")]
    private partial void LogFailed(LogLevel level, string what, string advice, string error);
}
