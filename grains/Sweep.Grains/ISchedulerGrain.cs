using Sweep.Domain.Scheduling;

namespace Sweep.Grains;

/// <summary>The one queue of the cluster, key 0. Workers pull from it; sweeps and trials tell it what changed.</summary>
[Alias("sweep.ISchedulerGrain")]
public interface ISchedulerGrain : IGrainWithIntegerKey
{
    /// <summary>Trials for a worker with free slots. Waits up to <see cref="SchedulerGrain.LongPoll"/> when there are none.</summary>
    [Alias("Lease"), ResponseTimeout("00:01:00")]
    Task<TrialGrant[]> Lease(LeaseRequest request, CancellationToken cancellation);

    /// <summary>Renews every lease of a worker at once.</summary>
    /// <param name="held">Ids of the trials that it holds.</param>
    /// <param name="attempts">The attempt of each of them; null from a worker of an older version.</param>
    [Alias("Renew")]
    Task<RenewReply> Renew(string worker, long[] held, int[]? attempts);

    /// <summary>Queues the waiting trials of a sweep that runs.</summary>
    /// <returns>How many wait or run.</returns>
    [Alias("Admit")]
    Task<int> Admit(AdmitRequest request);

    /// <summary>Nothing of the sweep starts any more; its running trials get the order.</summary>
    [Alias("Withdraw")]
    Task Withdraw(int sweep, LeaseOrder order);

    /// <summary>Takes one trial out of the queue, or has its worker stop it.</summary>
    [Alias("Cancel")]
    Task Cancel(long trial);

    /// <summary>An attempt of the trial is over.</summary>
    /// <param name="worker">The worker that held it: the lease of another worker or attempt is left alone.</param>
    /// <param name="requeue">The row says that the trial waits.</param>
    /// <param name="holder">The worker that trains it by now, as the row says.</param>
    /// <param name="attempt">The attempt that is over; 0 from a silo of an older version.</param>
    /// <param name="newest">The newest attempt in the row.</param>
    [Alias("Ended")]
    Task Ended(long trial, string worker, bool requeue, string? holder, int attempt, int newest);
}

/// <summary>A <see cref="WorkerOffer"/> on its way.</summary>
[GenerateSerializer, Immutable, Alias("sweep.LeaseRequest")]
public sealed record LeaseRequest(
    [property: Id(0)] string Worker, [property: Id(1)] int FreeSlots, [property: Id(2)] int Slots, [property: Id(3)] string[] Labels);

/// <param name="Orders">Other than to continue.</param>
/// <param name="Drain">The worker must take no more trials, give back what it has, and end.</param>
[GenerateSerializer, Immutable, Alias("sweep.RenewReply")]
public sealed record RenewReply([property: Id(0)] TrialOrder[] Orders, [property: Id(1)] bool Drain);

/// <param name="Require">Labels that a worker must have.</param>
[GenerateSerializer, Immutable, Alias("sweep.AdmitRequest")]
public sealed record AdmitRequest(
    [property: Id(0)] int Sweep, [property: Id(1)] int Slots, [property: Id(2)] int? MaxConcurrent, [property: Id(3)] int Priority,
    [property: Id(4)] string[] Require);

/// <param name="Slots">That the trial takes.</param>
/// <param name="Attempt">The attempt to open; 0 from a scheduler of an older version.</param>
[GenerateSerializer, Immutable, Alias("sweep.TrialGrant")]
public readonly record struct TrialGrant([property: Id(0)] long Trial, [property: Id(1)] int Slots, [property: Id(2)] int Attempt);

/// <param name="Attempt">The attempt that it is for; 0 from a scheduler of an older version.</param>
[GenerateSerializer, Immutable, Alias("sweep.TrialOrder")]
public readonly record struct TrialOrder([property: Id(0)] long Trial, [property: Id(1)] LeaseOrder Order, [property: Id(2)] int Attempt);
