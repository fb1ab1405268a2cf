using Sweep.Domain.Trials;

namespace Sweep.Domain.Scheduling;

/// <summary>The answer to a worker that renews its leases, and the attempts that the scheduler must look up.</summary>
/// <param name="Orders">The orders for attempts that the worker holds, except those to continue.</param>
/// <param name="Unknown">Attempts that the worker holds without a lease. Their rows decide whether it may.</param>
/// <param name="Missing">Attempts that are leased to the worker and that it does not hold.</param>
/// <param name="Drain">Whether the worker must take no more trials, give back those it has, and end.</param>
public sealed record Renewal(
    IReadOnlyList<(AttemptId Attempt, LeaseOrder Order)> Orders,
    IReadOnlyList<AttemptId> Unknown,
    IReadOnlyList<AttemptId> Missing,
    bool Drain);
