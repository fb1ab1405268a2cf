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

    /// <summary>The database refuses what it measures: it fails.</summary>
    Refused,
}
