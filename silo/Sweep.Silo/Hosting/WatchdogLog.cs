namespace Sweep.Silo.Hosting;

/// <summary>
/// Drops a false warning that Orleans' watchdog writes at each start: its first check has no time of an earlier check, and reports the
/// machine's uptime as the length of a stall. Only stalls that are longer than the process has lived are dropped, so real stalls are
/// logged.
/// </summary>
/// <typeparam name="T">The watchdog's type, which is internal to Orleans.</typeparam>
internal sealed class WatchdogLog<T>(ILoggerFactory factory) : ILogger<T>
{
    private readonly ILogger _log = factory.CreateLogger(typeof(T).FullName!);

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => _log.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => _log.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!WatchdogLog.IsImpossible(state))
            _log.Log(logLevel, eventId, state, exception, formatter);
    }
}

internal static class WatchdogLog
{
    private const string Stall = "TimeSinceLastTick";

    // How long the process may have lived before Use is called.
    private static readonly TimeSpan StartOfRuntime = TimeSpan.FromMinutes(1);

    private static readonly TimeProvider Time = TimeProvider.System;
    private static long _began;

    public static void Use(IServiceCollection services)
    {
        _began = Time.GetTimestamp();
        if (typeof(Orleans.Runtime.SiloLifecycleSubject).Assembly.GetType("Orleans.Runtime.Watchdog") is { } watchdog)
            services.AddSingleton(typeof(ILogger<>).MakeGenericType(watchdog), typeof(WatchdogLog<>).MakeGenericType(watchdog));
    }

    public static bool IsImpossible<TState>(TState state) =>
        state is IEnumerable<KeyValuePair<string, object?>> values
        && values.Any(value => value is { Key: Stall, Value: TimeSpan length } && length > Time.GetElapsedTime(_began) + StartOfRuntime);
}
