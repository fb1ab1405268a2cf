using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;

namespace Sweep.Storage.Connections;

/// <summary>
/// A server that has no connection left for anybody (53300). Nothing was asked then, so asking again does no harm: others give theirs back, or this process has one
/// of its own free again. Whoever is refused stands in line, and nobody who comes later goes before it.
/// </summary>
public static class FullServer
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TellEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);
    private static readonly ConcurrentDictionary<string, Line> Lines = [];
    private static long _told;

    /// <summary>Those who wait for a connection of one kind: the head of the line asks again and again.</summary>
    private sealed class Line
    {
        private int _length;

        public bool IsEmpty => Volatile.Read(ref _length) == 0;

        public SemaphoreSlim Head { get; } = new(1, 1);

        public void Join() => Interlocked.Increment(ref _length);

        public void Leave() => Interlocked.Decrement(ref _length);
    }

    /// <summary>Hears of it in a line, once a minute at most; standard error unless somebody else wants to.</summary>
    public static Action<string> Tell { get; set; } = Console.Error.WriteLine;

    /// <summary>What happened, and what to do.</summary>
    public static string Explain(string text) =>
        $"The database takes no more connections ({text}): raise its max_connections, or run fewer silos, of which each takes up to 8 (fewer with Maximum Pool Size=3 in the connection string).";

    /// <summary>Opens a connection as soon as the server has one, for a minute.</summary>
    /// <exception cref="PostgresException">It had none, or refuses something else.</exception>
    internal static async Task OpenAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var line = Lines.GetOrAdd(connection.ConnectionString, _ => new());
        if (line.IsEmpty && await TryOpenAsync(connection, last: false, cancellation))
            return;
        var start = Stopwatch.GetTimestamp();
        line.Join();
        try
        {
            // Whoever stood in line for the whole time asks once more, and hears from the server why not.
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
            TellOnce(error);
            return false;
        }
    }

    private static void TellOnce(PostgresException error)
    {
        var (before, now) = (Volatile.Read(ref _told), Stopwatch.GetTimestamp());
        if ((before == 0 || Stopwatch.GetElapsedTime(before, now) >= TellEvery) && Interlocked.CompareExchange(ref _told, now, before) == before)
            Tell($"{Explain(error.MessageText)} Waiting for one.");
    }
}
