using Sweep.Domain.Scheduling;
using Sweep.Domain.Trials;

namespace Sweep.Grains;

/// <summary>The one queue of the cluster; its key is 0. Workers pull trials from it, and sweeps and trials report changes to it.</summary>
[Alias("sweep.ISchedulerGrain")]
public interface ISchedulerGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// Gives trials to a worker with free slots. It waits up to <see cref="SchedulerGrain.LongPoll"/> when there are none.
    /// </summary>
    [Alias("Lease"), ResponseTimeout("00:01:00")]
    Task<TrialGrant[]> Lease(LeaseRequest request, CancellationToken cancellation);

    /// <summary>Renews every lease of a worker at once.</summary>
    /// <param name="held">The ids of the trials that the worker holds.</param>
    /// <param name="attempts">The attempt of each of them; null from a worker of an older version.</param>
    [Alias("Renew")]
    Task<RenewReply> Renew(string worker, long[] held, int[]? attempts);

    /// <summary>Queues the waiting trials of a sweep that runs.</summary>
    /// <returns>The number of trials that wait or run.</returns>
    [Alias("Admit")]
    Task<int> Admit(AdmitRequest request);

    /// <summary>Starts no more trials of the sweep, and sends the order to its running trials.</summary>
    [Alias("Withdraw")]
    Task Withdraw(int sweep, LeaseOrder order);

    /// <summary>Takes one trial out of the queue, or has its worker stop it.</summary>
    [Alias("Cancel")]
    Task Cancel(long trial);

    /// <summary>Records that an attempt of the trial is over.</summary>
    /// <param name="worker">The worker that held the attempt. A lease of another worker or attempt is kept.</param>
    /// <param name="requeue">True when the trial's row is in the state queued.</param>
    /// <param name="holder">The worker that trains the trial now, from its row; null when none does.</param>
    /// <param name="attempt">The attempt that is over; 0 from a silo of an older version.</param>
    /// <param name="newest">The newest attempt in the trial's row.</param>
    [Alias("Ended")]
    Task Ended(long trial, string worker, bool requeue, string? holder, int attempt, int newest);
}

/// <summary>A <see cref="WorkerOffer"/> as a message.</summary>
[GenerateSerializer, Immutable, Alias("sweep.LeaseRequest")]
public sealed record LeaseRequest(
    [property: Id(0)] string Worker, [property: Id(1)] int FreeSlots, [property: Id(2)] int Slots, [property: Id(3)] string[] Labels);

/// <param name="Orders">The orders for the worker's trials. A trial that simply continues has none.</param>
/// <param name="Drain">True: the worker must take no more trials, give back those that it has, and end.</param>
[GenerateSerializer, Immutable, Alias("sweep.RenewReply")]
public sealed record RenewReply([property: Id(0)] TrialOrder[] Orders, [property: Id(1)] bool Drain);

/// <param name="Require">Labels that a worker must have.</param>
[GenerateSerializer, Immutable, Alias("sweep.AdmitRequest")]
public sealed record AdmitRequest(
    [property: Id(0)] int Sweep, [property: Id(1)] int Slots, [property: Id(2)] int? MaxConcurrent, [property: Id(3)] int Priority,
    [property: Id(4)] string[] Require);

/// <param name="Slots">The number of slots that the trial takes.</param>
/// <param name="Attempt">The attempt to open; 0 from a scheduler of an older version.</param>
[GenerateSerializer, Immutable, Alias("sweep.TrialGrant")]
public readonly record struct TrialGrant([property: Id(0)] long Trial, [property: Id(1)] int Slots, [property: Id(2)] int Attempt);

/// <param name="Attempt">The attempt that the order is for; 0 from a scheduler of an older version.</param>
[GenerateSerializer, Immutable, Alias("sweep.TrialOrder")]
public readonly record struct TrialOrder([property: Id(0)] long Trial, [property: Id(1)] LeaseOrder Order, [property: Id(2)] int Attempt);
