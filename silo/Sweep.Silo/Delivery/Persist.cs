using Sweep.Storage.Connections;

namespace Sweep.Silo.Delivery;

/// <summary>Says again what must be heard, while a grain moves or the database is away. Whatever is said so may be said twice.</summary>
internal static class Persist
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    /// <param name="trouble">Hears each error that may pass.</param>
    /// <param name="giveUp">Cancelled when nobody wants to hear it any more.</param>
    /// <exception cref="OperationCanceledException"><paramref name="giveUp"/> was cancelled before it was heard.</exception>
    /// <exception cref="StorageRefusedException">The database refuses it for a reason that does not pass.</exception>
    public static async Task<T> Async<T>(Func<Task<T>> say, TimeProvider time, CancellationToken giveUp, Action<Exception> trouble)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await say().WaitAsync(giveUp);
            }
            catch (Exception error) when (IsPassing(error))
            {
                trouble(error);
                await Task.Delay(pause, time, giveUp);
            }
            catch (Exception error) when (DatabaseFault.Find(error) is not null)
            {
                throw new StorageRefusedException(error);
            }
        }
    }

    /// <summary>Whether the fault lies on the way, so that it may pass.</summary>
    public static bool IsPassing(Exception error) => DatabaseFault.Find(error) is { } fault
        ? fault != DatabaseFault.Refused
        : error is TimeoutException or OrleansException or IOException;
}
