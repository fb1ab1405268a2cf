using Sweep.Domain.Protocol;

namespace Sweep.Trainer.Training;

/// <summary>
/// Reports progress to the silo at most once a second, so that the silo can tell a long epoch from a trainer that hangs, and can show how
/// far it is.
/// </summary>
internal sealed class Heartbeat(TimeProvider clock, Action<TrainerEvent, byte[]> say)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private long _last = clock.GetTimestamp();

    /// <summary>Marks that something was computed. Most calls only read the clock.</summary>
    public void Beat() => Beat(null);

    /// <summary>Marks that a training step was taken.</summary>
    /// <param name="share">See <see cref="TrainerEvent.Progress.Share"/>.</param>
    public void Beat(double? share)
    {
        var now = clock.GetTimestamp();
        if (clock.GetElapsedTime(_last, now) < Every)
            return;
        _last = now;
        say(new TrainerEvent.Progress(share), []);
    }
}
