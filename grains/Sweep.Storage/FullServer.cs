using System.Diagnostics;
using Npgsql;

namespace Sweep.Storage;

/// <summary>
/// A server that has no connection left for anybody (53300). Nothing was asked then, so asking again does no harm: others give theirs back, or this process has one
/// of its own free again.
/// </summary>
public static class FullServer
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TellEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);
    private static long _told;

    /// <summary>Hears of it in a line, once a minute at most; standard error unless somebody else wants to.</summary>
    public static Action<string> Tell { get; set; } = Console.Error.WriteLine;

    /// <summary>What happened, and what to do.</summary>
    public static string Explain(string text) =>
        $"The database takes no more connections ({text}): raise its max_connections, or run fewer silos, of which each takes up to 8 (fewer with Maximum Pool Size=3 in the connection string).";

    /// <summary>Asks until the server takes the connection, for a minute.</summary>
    /// <exception cref="PostgresException">It did not, or refuses something else.</exception>
    internal static async Task<T> WhenItHasRoomAsync<T>(Func<Task<T>> ask, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await ask();
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.TooManyConnections && Stopwatch.GetElapsedTime(start) < Limit)
            {
                TellOnce(error);
                await Task.Delay(pause, cancellation);
            }
        }
    }

    private static void TellOnce(PostgresException error)
    {
        var (before, now) = (Volatile.Read(ref _told), Stopwatch.GetTimestamp());
        if ((before == 0 || Stopwatch.GetElapsedTime(before, now) >= TellEvery) && Interlocked.CompareExchange(ref _told, now, before) == before)
            Tell($"{Explain(error.MessageText)} Waiting for one.");
    }
}
