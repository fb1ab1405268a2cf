namespace Sweep.Silo.Worker;

/// <summary>Why a worker ends an attempt before its last epoch.</summary>
internal enum StopCause
{
    None,

    /// <summary>The sweep is paused, or this worker drains: a checkpoint is written and the trial given back.</summary>
    Pause,

    /// <summary>A user cancelled it.</summary>
    Cancel,

    /// <summary>The lease or the attempt is not this worker's any more.</summary>
    Stale,

    /// <summary>
    /// The store takes no more of the attempt: another one runs, or a standby took over that lacks rows of this one, which then goes on from what is stored.
    /// It is given back, and the trial knows which.
    /// </summary>
    Behind,

    /// <summary>The database refuses what it measures: it fails.</summary>
    Refused,
}
