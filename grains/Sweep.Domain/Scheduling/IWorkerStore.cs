namespace Sweep.Domain.Scheduling;

/// <summary>A row of <c>workers</c>.</summary>
/// <param name="Name">The silo's name: new for every start of a process.</param>
/// <param name="Devices">The device of each slot: cpu, cuda:0, …</param>
public sealed record WorkerRecord(string Name, string Host, int ProcessId, IReadOnlyList<string> Devices);

/// <summary>The rows of workers, for people and for metrics; no decision reads them.</summary>
public interface IWorkerStore
{
    /// <summary>Adds the worker or says that it lives, with this many busy slots.</summary>
    Task SeenAsync(WorkerRecord worker, int busySlots, CancellationToken cancellation = default);

    /// <summary>The worker ended, or was found dead.</summary>
    Task GoneAsync(string name, CancellationToken cancellation = default);
}
