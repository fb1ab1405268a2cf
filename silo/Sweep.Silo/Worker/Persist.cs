using System.Data.Common;

namespace Sweep.Silo.Worker;

/// <summary>Says again what must be heard, while a grain moves or the database is away. Whatever is said so may be said twice.</summary>
internal static class Persist
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Past this the lease is long lost, and the trial with another worker.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static async Task<T> Async<T>(Func<Task<T>> say, TimeProvider time)
    {
        var started = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await say();
            }
            catch (Exception error) when (IsPassing(error) && time.GetElapsedTime(started) < Limit)
            {
                await Task.Delay(pause, time);
            }
        }
    }

    /// <summary>Whether the fault lies on the way, so that it may pass.</summary>
    public static bool IsPassing(Exception error) => error is DbException or TimeoutException or OrleansException or IOException;
}
