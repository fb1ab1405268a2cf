using Sweep.Domain.Trials;

namespace Sweep.Domain.Scheduling;

/// <summary>What a worker hears when it renews its leases, and what the scheduler must do about the rest.</summary>
/// <param name="Orders">Other than to continue, for what it holds.</param>
/// <param name="Unknown">What it holds without a lease: the rows say whose it is.</param>
/// <param name="Missing">What it should hold, and does not.</param>
/// <param name="Drain">It must take no more trials, give back what it has, and end.</param>
public sealed record Renewal(
    IReadOnlyList<(AttemptId Attempt, LeaseOrder Order)> Orders, IReadOnlyList<AttemptId> Unknown, IReadOnlyList<AttemptId> Missing, bool Drain);
