namespace Sweep.Domain.Trials;

/// <summary>
/// One attempt of one trial. Leases are for attempts, so that a report of an older attempt never changes the lease of a newer one.
/// </summary>
/// <param name="Attempt">
/// The number of the attempt, from 1. It is 0 from a silo of an older version that does not send it, and then means the current attempt.
/// </param>
public readonly record struct AttemptId(TrialId Trial, int Attempt)
{
    public override string ToString() => $"{Trial} attempt {Attempt}";
}
