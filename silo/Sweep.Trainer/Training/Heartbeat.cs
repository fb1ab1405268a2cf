using Sweep.Domain.Protocol;

namespace Sweep.Trainer.Training;

/// <summary>Tells the silo that steps are taken, about once a second, so that a long epoch is told apart from a trainer that hangs.</summary>
internal sealed class Heartbeat(TimeProvider clock, Action<TrainerEvent, byte[]> say)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private long _last = clock.GetTimestamp();

    /// <summary>A step is taken. Costs the reading of a clock.</summary>
    public void Beat()
    {
        var now = clock.GetTimestamp();
        if (clock.GetElapsedTime(_last, now) < Every)
            return;
        _last = now;
        say(new TrainerEvent.Progress(), []);
    }
}
