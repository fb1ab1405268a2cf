using Sweep.Storage.Connections;

namespace Sweep.Silo.Delivery;

/// <summary>Tries again what must be done, while a grain moves or the database is away. Whatever is tried so may be done twice.</summary>
internal static class Retry
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    /// <param name="failed">Called with each error that may pass.</param>
    /// <param name="giveUp">Cancelled when nobody wants it done any more.</param>
    /// <exception cref="OperationCanceledException"><paramref name="giveUp"/> was cancelled before it succeeded.</exception>
    /// <exception cref="StorageRefusedException">The database refuses it for a reason that does not pass.</exception>
    public static async Task<T> UntilItSucceedsAsync<T>(
        Func<Task<T>> action, TimeProvider time, CancellationToken giveUp, Action<Exception> failed)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await action().WaitAsync(giveUp);
            }
            catch (Exception error) when (IsTransient(error))
            {
                failed(error);
                await Task.Delay(pause, time, giveUp);
            }
            catch (Exception error) when (DatabaseFault.Find(error) is not null)
            {
                throw new StorageRefusedException(error);
            }
        }
    }

    /// <summary>Whether the fault lies on the way, so that it may pass.</summary>
    public static bool IsTransient(Exception error) => DatabaseFault.Find(error) is { } fault
        ? fault != DatabaseFault.Refused
        : error is TimeoutException or OrleansException or IOException;
}
