namespace Sweep.Domain.Trials;

/// <summary>
/// Why an attempt ended without a result. It is a label of the metric <c>sweep_attempts_failed_total</c> and a column of
/// <c>trial_events</c>.
/// </summary>
public enum FailureReason
{
    /// <summary>A loss was not finite. Trying again would give the same, so the trial fails at once.</summary>
    Diverged,

    /// <summary>The trainer could not train the trial: a damaged checkpoint, an error of libtorch.</summary>
    TrainerError,

    /// <summary>The trainer's process crashed or was killed.</summary>
    TrainerDied,

    /// <summary>The device has no memory left for the trial.</summary>
    OutOfMemory,

    /// <summary>The worker's silo is dead.</summary>
    WorkerLost,

    /// <summary>The worker lives, but does not hold the trial any more or has not renewed its lease in time.</summary>
    LeaseLost,

    /// <summary>The worker cannot train at all: after the failure it also failed its self-test.</summary>
    WorkerUnfit,

    /// <summary>The trainer reported nothing for the sweep's stall limit, and was ended.</summary>
    Stalled,

    /// <summary>
    /// The database refuses what the attempt reads or writes, for a reason that does not pass by itself: a missing privilege, or data that
    /// it cannot hold.
    /// </summary>
    StorageRefused,

    /// <summary>
    /// The trial cannot be trained, whoever tries: too few windows in its text, a checkpoint that is too large, or a program that ends well
    /// and never reports the objective. Trying again would give the same, so the trial fails at once.
    /// </summary>
    Impossible,

    /// <summary>The program ended with another exit code than 0, or broke the rules of its reports.</summary>
    ProgramFailed,

    /// <summary>The program took longer than its time limit.</summary>
    TimeLimit,

    /// <summary>The worker has no such program, or may not run it.</summary>
    CommandNotFound,
}

public static class FailureReasons
{
    /// <summary>Whether another attempt may end better.</summary>
    public static bool IsWorthRetrying(this FailureReason reason) => reason is not (FailureReason.Diverged or FailureReason.Impossible);

    /// <summary>Whether the attempt ended with its worker or its lease.</summary>
    public static bool IsLoss(this FailureReason reason) => reason is FailureReason.WorkerLost or FailureReason.LeaseLost;

    /// <summary>Whether a trainer may report this reason. The others are found out by silos, which watch trainers and workers.</summary>
    public static bool IsTrainers(this FailureReason reason) =>
        reason is FailureReason.Diverged or FailureReason.Impossible or FailureReason.TrainerError or FailureReason.OutOfMemory
            or FailureReason.ProgramFailed or FailureReason.TimeLimit or FailureReason.CommandNotFound;

    /// <summary>Whether the worker may be the cause, so that it has to show that it can train.</summary>
    public static bool CastsDoubt(this FailureReason reason) =>
        reason is FailureReason.TrainerError or FailureReason.TrainerDied or FailureReason.OutOfMemory or FailureReason.Stalled;

    /// <summary>The name in tables and metrics: <c>trainer_died</c>.</summary>
    public static string Name(this FailureReason reason) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString());
}
