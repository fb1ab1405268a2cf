using System.Globalization;

namespace Sweep.Silo.Trainers;

/// <summary>
/// Tells a trainer that hangs from one that works: whatever it is waited for, within the limit it must report something or take what it is
/// sent. It reports its steps about once a second, so that a long epoch is no stall.
/// </summary>
/// <param name="limit"><see cref="Timeout.InfiniteTimeSpan"/> for none.</param>
internal sealed class StallWatch(TimeSpan limit, TimeProvider time)
{
    /// <summary>For those who have a limit of their own for the whole.</summary>
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
