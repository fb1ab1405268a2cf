namespace Sweep.Domain.Trials;

/// <summary>One attempt of one trial. It is what a lease is for, so that word of an older attempt never touches the lease of a newer one.</summary>
/// <param name="Attempt">From 1; 0 where a silo of an older version did not say it, which stands for whichever attempt the trial is in.</param>
public readonly record struct AttemptId(TrialId Trial, int Attempt)
{
    public override string ToString() => $"{Trial} attempt {Attempt}";
}
