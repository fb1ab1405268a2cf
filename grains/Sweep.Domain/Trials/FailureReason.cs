namespace Sweep.Domain.Trials;

/// <summary>Why an attempt ended without a result; a label of the metric <c>sweep_attempts_failed_total</c> and a column of <c>trial_events</c>.</summary>
public enum FailureReason
{
    /// <summary>A loss was not finite. Trying again would give the same, so the trial fails at once.</summary>
    Diverged,

    /// <summary>The trainer refused the trial: impossible sizes, a damaged checkpoint, an error of libtorch.</summary>
    TrainerError,

    /// <summary>The trainer's process ended by itself: a native crash, or killed.</summary>
    TrainerDied,

    /// <summary>The device has no memory left for the trial.</summary>
    OutOfMemory,

    /// <summary>The worker's silo is dead.</summary>
    WorkerLost,

    /// <summary>The worker lives and does not know the trial any more, or has not renewed its lease in time.</summary>
    LeaseLost,
}

public static class FailureReasons
{
    /// <summary>Whether the same attempt may end otherwise the next time.</summary>
    public static bool IsWorthRetrying(this FailureReason reason) => reason is not FailureReason.Diverged;

    /// <summary>Whether the fault is the worker's, so that it uses up none of the trial's retries.</summary>
    public static bool IsLoss(this FailureReason reason) => reason is FailureReason.WorkerLost or FailureReason.LeaseLost;

    /// <summary>The name in tables and metrics: <c>trainer_died</c>.</summary>
    public static string Name(this FailureReason reason) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString());
}
