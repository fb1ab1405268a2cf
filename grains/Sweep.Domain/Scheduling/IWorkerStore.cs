namespace Sweep.Domain.Scheduling;

/// <summary>A row of <c>workers</c>.</summary>
/// <param name="Name">The silo's name: new for every start of a process unless it was chosen.</param>
/// <param name="Devices">The device of each slot: cpu, cuda:0, …</param>
/// <param name="Labels">What sweeps may ask for: <c>gpu=h200</c>, …</param>
public sealed record WorkerRecord(string Name, string Host, int ProcessId, IReadOnlyList<string> Devices, IReadOnlyList<string> Labels);

/// <summary>What a worker does now. The names are stored in <c>workers.state</c>, in lower case.</summary>
public enum WorkerState
{
    /// <summary>It takes trials.</summary>
    Active,

    /// <summary>It takes no more, and ends when what runs has written its checkpoints.</summary>
    Draining,

    /// <summary>None of its slots can train; it tests them again from time to time.</summary>
    Quarantined,
}

/// <param name="Message">What a person should know; null when all is well.</param>
public sealed record WorkerStatus(int BusySlots, WorkerState State = WorkerState.Active, string? Message = null);

/// <summary>The rows of workers, for people and for metrics; the one decision in them is who drains.</summary>
public interface IWorkerStore
{
    /// <summary>Adds the worker or says that it lives, and what it does.</summary>
    Task SeenAsync(WorkerRecord worker, WorkerStatus status, CancellationToken cancellation = default);

    /// <summary>The worker ended, or was found dead.</summary>
    Task GoneAsync(string name, CancellationToken cancellation = default);

    /// <summary>Orders the worker to drain; false when no worker of this name lives.</summary>
    Task<bool> DrainAsync(string name, CancellationToken cancellation = default);

    /// <summary>The workers that live and were ordered to drain.</summary>
    Task<IReadOnlyList<string>> DrainingAsync(CancellationToken cancellation = default);
}
