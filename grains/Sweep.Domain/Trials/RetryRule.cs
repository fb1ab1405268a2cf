namespace Sweep.Domain.Trials;

/// <summary>Decides whether a trial whose attempt ended without a result is tried again.</summary>
public static class RetryRule
{
    /// <summary>A trial that was lost with its worker this many times fails, since it may be the cause.</summary>
    public const int MaxLosses = 5;

    /// <summary>
    /// Counts one more attempt. A loss uses up no retry, and an attempt on a worker that cannot train does not count at all.
    /// </summary>
    public static (int Failures, int Losses) Count(FailureReason reason, int failures, int losses) => reason switch
    {
        FailureReason.WorkerUnfit => (failures, losses),
        _ when reason.IsLoss() => (failures, losses + 1),
        _ => (failures + 1, losses),
    };

    /// <param name="failures">Attempts that failed by themselves, this one included.</param>
    /// <param name="losses">Attempts that were lost, this one included.</param>
    /// <param name="retries">The number of retries that the sweep allows.</param>
    public static TrialMove Decide(FailureReason reason, int failures, int losses, int retries) => reason switch
    {
        FailureReason.WorkerUnfit => TrialMove.Requeue,
        _ when !reason.IsWorthRetrying() => TrialMove.Fail,
        _ when reason.IsLoss() => losses >= MaxLosses ? TrialMove.Fail : TrialMove.Requeue,
        _ => failures > retries ? TrialMove.Fail : TrialMove.Requeue,
    };
}
