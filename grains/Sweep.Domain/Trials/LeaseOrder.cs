namespace Sweep.Domain.Trials;

/// <summary>What a worker must do with a trial that it holds.</summary>
public enum LeaseOrder
{
    /// <summary>Go on.</summary>
    Continue,

    /// <summary>Write a checkpoint, stop, and give the trial back.</summary>
    Pause,

    /// <summary>Stop and report the trial as cancelled.</summary>
    Cancel,

    /// <summary>Stop without a checkpoint and give the trial back: the lease is not this worker's any more.</summary>
    Drop,
}
