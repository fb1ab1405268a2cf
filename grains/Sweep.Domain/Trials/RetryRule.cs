namespace Sweep.Domain.Trials;

/// <summary>Whether a trial whose attempt ended without a result is tried again.</summary>
public static class RetryRule
{
    /// <summary>A trial that has lost this many workers fails alone, since it may be the cause.</summary>
    public const int MaxLosses = 5;

    /// <summary>The history with one more attempt in it: losses use up no retry, and a worker that cannot train is held against nobody but itself.</summary>
    public static (int Failures, int Losses) Count(FailureReason reason, int failures, int losses) => reason switch
    {
        FailureReason.WorkerUnfit => (failures, losses),
        _ when reason.IsLoss() => (failures, losses + 1),
        _ => (failures + 1, losses),
    };

    /// <param name="failures">Attempts that failed by themselves, this one included.</param>
    /// <param name="losses">Attempts that were lost, this one included.</param>
    /// <param name="retries">Of the sweep.</param>
    public static TrialMove Decide(FailureReason reason, int failures, int losses, int retries) => reason switch
    {
        FailureReason.WorkerUnfit => TrialMove.Requeue,
        _ when !reason.IsWorthRetrying() => TrialMove.Fail,
        _ when reason.IsLoss() => losses >= MaxLosses ? TrialMove.Fail : TrialMove.Requeue,
        _ => failures > retries ? TrialMove.Fail : TrialMove.Requeue,
    };
}
