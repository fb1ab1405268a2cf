namespace Sweep.Domain.Trials;

/// <summary>Whether a trial whose attempt ended without a result is tried again.</summary>
public static class RetryRule
{
    /// <summary>A trial that has lost this many workers fails alone, since it may be the cause.</summary>
    public const int MaxLosses = 5;

    /// <param name="failures">Attempts that failed by themselves, this one included.</param>
    /// <param name="losses">Attempts that were lost, this one included.</param>
    /// <param name="retries">Of the sweep.</param>
    public static TrialMove Decide(FailureReason reason, int failures, int losses, int retries)
    {
        if (!reason.IsWorthRetrying())
            return TrialMove.Fail;
        return reason.IsLoss()
            ? losses >= MaxLosses ? TrialMove.Fail : TrialMove.Requeue
            : failures > retries ? TrialMove.Fail : TrialMove.Requeue;
    }
}
