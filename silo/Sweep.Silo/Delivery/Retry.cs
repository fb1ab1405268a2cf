using Sweep.Storage.Connections;

namespace Sweep.Silo.Delivery;

/// <summary>
/// Repeats a call until it succeeds, while a grain moves or the database is away. The receiver must accept the same call twice.
/// </summary>
internal static class Retry
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    /// <param name="failed">Is called with each transient error.</param>
    /// <param name="giveUp">Is cancelled when the call is not needed any more.</param>
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
            catch (Exception error) when (IsTransient(error, giveUp))
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

    /// <summary>Whether the error lies in the connection or the receiver's state, so that the same call may succeed later.</summary>
    public static bool IsTransient(Exception error) => DatabaseFault.Find(error) is { } fault
        ? fault != DatabaseFault.Refused
        : error is TimeoutException or OrleansException or IOException;

    /// <summary>
    /// As <see cref="IsTransient(Exception)"/>, for a call that others may cancel: Orleans answers a message that expired before its grain
    /// was placed as if the caller had cancelled it.
    /// </summary>
    /// <param name="giveUp">By which the caller itself cancels the call.</param>
    public static bool IsTransient(Exception error, CancellationToken giveUp) =>
        IsTransient(error) || (error is OperationCanceledException && !giveUp.IsCancellationRequested);
}
