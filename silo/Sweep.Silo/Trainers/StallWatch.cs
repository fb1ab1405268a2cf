using System.Globalization;

namespace Sweep.Silo.Trainers;

/// <summary>
/// Finds a trainer that hangs: within the limit it must report something, or accept what is sent to it. A trainer reports its steps about
/// once a second, so a long epoch is not taken for a stall.
/// </summary>
/// <param name="limit">The longest silence; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
internal sealed class StallWatch(TimeSpan limit, TimeProvider time)
{
    /// <summary>No limit; for callers that limit the whole call themselves.</summary>
    public static StallWatch None { get; } = new(Timeout.InfiniteTimeSpan, TimeProvider.System);

    /// <exception cref="TrainerStalledException">The limit is over.</exception>
    public async Task<T> WithinAsync<T>(Task<T> waiting)
    {
        await WithinAsync((Task)waiting);
        return await waiting;
    }

    /// <exception cref="TrainerStalledException">The limit is over.</exception>
    public async Task WithinAsync(Task waiting)
    {
        try
        {
            await waiting.WaitAsync(limit, time);
        }
        catch (TimeoutException) when (!waiting.IsCompleted)
        {
            throw new TrainerStalledException(string.Create(
                CultureInfo.InvariantCulture,
                $"the trainer took no step and said nothing for {limit.TotalSeconds:0.###} s (stall_limit), and was ended"));
        }
    }
}
