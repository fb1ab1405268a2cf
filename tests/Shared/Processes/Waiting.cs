using System.Diagnostics;
using Npgsql;

namespace Sweep.Processes;

/// <summary>Waits for events in other processes. Such a process sends no notice of them, so its state is read again and again.</summary>
public static class Waiting
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until <paramref name="probe"/> finds an acceptable value.</summary>
    /// <param name="what">What is waited for, which the message of a time-out contains: "the sweep to end".</param>
    /// <param name="probe">
    /// Returns the present value, and whether it is acceptable. It is called again when the database or an HTTP endpoint does not answer.
    /// </param>
    /// <returns>The acceptable value, and how long the wait took.</returns>
    /// <exception cref="TimeoutException">The limit passed. The message has the last value that was found.</exception>
    public static async Task<(T Found, TimeSpan After)> UntilAsync<T>(string what, TimeSpan limit, Func<Task<(T Found, bool Will)>> probe)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            object? last;
            try
            {
                var (found, will) = await probe();
                if (will)
                    return (found, Stopwatch.GetElapsedTime(started));
                last = found;
            }
            catch (Exception error) when (error is NpgsqlException or HttpRequestException or TaskCanceledException)
            {
                last = error.Message;
            }

            if (Stopwatch.GetElapsedTime(started) > limit)
                throw new TimeoutException($"Waited {limit.TotalSeconds:0.#} s for {what}; found {last ?? "nothing"}.");
            await Task.Delay(Look);
        }
    }

    /// <inheritdoc cref="UntilAsync{T}"/>
    public static async Task<TimeSpan> UntilAsync(string what, TimeSpan limit, Func<Task<bool>> probe) =>
        (await UntilAsync(what, limit, async () => (Found: "that it is not so", await probe()))).After;
}
