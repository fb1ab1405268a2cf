using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;

namespace Sweep.Storage.Connections;

/// <summary>
/// Opens connections to a server that may have none left (error 53300). The server has then run no statement, so a second try does no harm:
/// a connection becomes free when another process, or this one, closes one. Calls that were refused wait in a line, and a later call never
/// gets a connection before an earlier one.
/// </summary>
public static class FullServer
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ReportPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);
    private static readonly ConcurrentDictionary<string, Line> Lines = [];
    private static long _lastReport;

    /// <summary>The calls that wait for a connection with one connection string. Only the first of them tries, again and again.</summary>
    private sealed class Line
    {
        private int _length;

        public bool IsEmpty => Volatile.Read(ref _length) == 0;

        public SemaphoreSlim Head { get; } = new(1, 1);

        public void Join() => Interlocked.Increment(ref _length);

        public void Leave() => Interlocked.Decrement(ref _length);
    }

    /// <summary>Receives a line about a full server, once a minute at most. It writes to the standard error unless replaced.</summary>
    public static Action<string> Announce { get; set; } = Console.Error.WriteLine;

    /// <summary>What happened, and what the user should do.</summary>
    public static string Explain(string text) =>
        $"The database takes no more connections ({text}): raise its max_connections, "
        + "or run fewer silos, of which each takes up to 8 (fewer with Maximum Pool Size=3 in the connection string).";

    /// <summary>Opens a connection as soon as the server has one. It waits for a minute at most.</summary>
    /// <exception cref="PostgresException">The server had no connection for a minute, or it refused for another reason.</exception>
    internal static async Task OpenAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var line = Lines.GetOrAdd(connection.ConnectionString, _ => new());
        if (line.IsEmpty && await TryOpenAsync(connection, last: false, cancellation))
            return;
        var start = Stopwatch.GetTimestamp();
        line.Join();
        try
        {
            // A call that has waited for the whole time tries once more, so that its error is the server's.
            if (!await line.Head.WaitAsync(Limit, cancellation))
            {
                await TryOpenAsync(connection, last: true, cancellation);
                return;
            }

            try
            {
                for (var pause = FirstPause; !await TryOpenAsync(connection, Stopwatch.GetElapsedTime(start) >= Limit, cancellation);)
                {
                    await Task.Delay(pause, cancellation);
                    pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                }
            }
            finally
            {
                line.Head.Release();
            }
        }
        finally
        {
            line.Leave();
        }
    }

    private static async Task<bool> TryOpenAsync(NpgsqlConnection connection, bool last, CancellationToken cancellation)
    {
        try
        {
            await connection.OpenAsync(cancellation);
            return true;
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.TooManyConnections && !last)
        {
            Report(error);
            return false;
        }
    }

    private static void Report(PostgresException error)
    {
        var (before, now) = (Volatile.Read(ref _lastReport), Stopwatch.GetTimestamp());
        var isDue = before == 0 || Stopwatch.GetElapsedTime(before, now) >= ReportPause;
        if (isDue && Interlocked.CompareExchange(ref _lastReport, now, before) == before)
            Announce($"{Explain(error.MessageText)} Waiting for one.");
    }
}
