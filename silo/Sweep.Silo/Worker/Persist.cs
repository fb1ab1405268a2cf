using System.Data.Common;

namespace Sweep.Silo.Worker;

/// <summary>Says again what must be heard, while a grain moves or the database is away. Whatever is said so may be said twice.</summary>
internal static class Persist
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    /// <param name="trouble">Hears each error that may pass.</param>
    /// <param name="giveUp">Cancelled when nobody wants to hear it any more.</param>
    /// <exception cref="OperationCanceledException"><paramref name="giveUp"/> was cancelled before it was heard.</exception>
    public static async Task<T> Async<T>(Func<Task<T>> say, TimeProvider time, CancellationToken giveUp, Action<Exception>? trouble = null)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await say().WaitAsync(giveUp);
            }
            catch (Exception error) when (IsPassing(error))
            {
                trouble?.Invoke(error);
                await Task.Delay(pause, time, giveUp);
            }
        }
    }

    /// <summary>Whether the fault lies on the way, so that it may pass.</summary>
    public static bool IsPassing(Exception error) => error is DbException or TimeoutException or OrleansException or IOException;
}
