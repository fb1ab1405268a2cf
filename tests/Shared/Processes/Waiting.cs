using System.Diagnostics;
using Npgsql;

namespace Sweep.Processes;

/// <summary>Waits for what other processes do; they cannot say when it is done, so they are looked at again and again.</summary>
public static class Waiting
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until <paramref name="probe"/> finds something that will do.</summary>
    /// <param name="what">Named when the time is over: "the sweep to end".</param>
    /// <param name="probe">What is there, and whether it will do. A database that is away is looked at again.</param>
    /// <returns>What was found, and after how long.</returns>
    /// <exception cref="TimeoutException">It did not come; the message says what was found in place of it.</exception>
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
