namespace Sweep.Silo.Worker;

/// <summary>Why a worker ends an attempt before its last epoch.</summary>
internal enum StopCause
{
    None,

    /// <summary>The sweep is paused, or this worker drains. A checkpoint is written and the trial is given back.</summary>
    Pause,

    /// <summary>A user cancelled the sweep or the trial.</summary>
    Cancel,

    /// <summary>This worker has lost the lease, or a newer attempt has begun.</summary>
    Stale,

    /// <summary>
    /// The store takes no more of the attempt: another attempt runs, or a standby took over that lacks rows of this one. The attempt is
    /// given back. The trial finds out which of the two is so; in the second case it goes on from what is stored.
    /// </summary>
    Behind,

    /// <summary>A stopping rule ends the trial. A checkpoint is written.</summary>
    Judged,

    /// <summary>The trial cannot be judged yet. A checkpoint is written, and the trial gives its slot back until it can.</summary>
    Held,

    /// <summary>The database refuses what the attempt measures, so the attempt fails.</summary>
    Refused,
}
