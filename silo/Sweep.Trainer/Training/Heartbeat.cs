using Sweep.Domain.Protocol;

namespace Sweep.Trainer.Training;

/// <summary>Reports progress to the silo about once a second, so that the silo can tell a long epoch from a trainer that hangs.</summary>
internal sealed class Heartbeat(TimeProvider clock, Action<TrainerEvent, byte[]> say)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private long _last = clock.GetTimestamp();

    /// <summary>Marks that a step was taken. Most calls only read the clock.</summary>
    public void Beat()
    {
        var now = clock.GetTimestamp();
        if (clock.GetElapsedTime(_last, now) < Every)
            return;
        _last = now;
        say(new TrainerEvent.Progress(), []);
    }
}
