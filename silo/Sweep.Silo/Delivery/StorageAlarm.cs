using System.Collections.Concurrent;
using Sweep.Grains;
using Sweep.Storage.Connections;

namespace Sweep.Silo.Delivery;

/// <summary>
/// Reports what the database does not store, and calls that no grain answers. Each failure is counted, but each kind is logged at most once
/// a minute, because the same call is tried again and again.
/// </summary>
public sealed partial class StorageAlarm(SweepInstruments instruments, TimeProvider time, ILogger<StorageAlarm> logger)
{
    private static readonly TimeSpan LogEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(DatabaseFault? Fault, string? Words), long> _logged = new();

    /// <param name="what">What cannot be done, such as <c>A checkpoint cannot be stored</c>.</param>
    public void Failed(string what, Exception error)
    {
        var fault = DatabaseFault.Find(error);
        if (fault is { } known)
            instruments.StorageFailed(known.Name());
        // Refusals have many different causes, and none passes by itself, so each different message is logged.
        if (!IsNews(fault, fault == DatabaseFault.Refused ? error.GetBaseException().Message : null))
            return;
        if (fault is null)
            LogUnanswered(what, error.Message);
        else
        {
            LogFailed(
                fault is DatabaseFault.DiskFull or DatabaseFault.Refused ? LogLevel.Error : LogLevel.Warning,
                what,
                fault.Value.Advice(),
                error.GetBaseException().Message);
        }
    }

    private bool IsNews(DatabaseFault? fault, string? words)
    {
        var now = time.GetTimestamp();
        if (_logged.TryGetValue((fault, words), out var last) && time.GetElapsedTime(last, now) < LogEvery)
            return false;
        if (_logged.Count > 100)
            _logged.Clear();
        _logged[(fault, words)] = now;
        return true;
    }

    [LoggerMessage(Message = "{What}: {Advice} ({Error})")]
    private partial void LogFailed(LogLevel level, string what, string advice, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{What}, and is tried again: the cluster does not answer ({Error})")]
    private partial void LogUnanswered(string what, string error);
}
