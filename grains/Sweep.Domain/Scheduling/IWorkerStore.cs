namespace Sweep.Domain.Scheduling;

/// <summary>A row of <c>workers</c>.</summary>
/// <param name="Name">The silo's name; each start of a process makes a new one unless a user chose it.</param>
/// <param name="Devices">The device of each slot: cpu, cuda:0, …</param>
/// <param name="Labels">The labels that sweeps may ask for: <c>gpu=h200</c>, …</param>
public sealed record WorkerRecord(string Name, string Host, int ProcessId, IReadOnlyList<string> Devices, IReadOnlyList<string> Labels);

/// <summary>What a worker does now. The names are stored in <c>workers.state</c>, in lower case.</summary>
public enum WorkerState
{
    /// <summary>It takes trials.</summary>
    Active,

    /// <summary>It takes no more trials, and ends when the running ones have written their checkpoints.</summary>
    Draining,

    /// <summary>None of its slots can train; it tests them again from time to time.</summary>
    Quarantined,
}

/// <param name="Message">A message for people; null when all is well.</param>
/// <param name="Progress">How far the trials are that train there; null for none.</param>
public sealed record WorkerStatus(
    int BusySlots, WorkerState State = WorkerState.Active, string? Message = null, IReadOnlyList<TrialProgress>? Progress = null);

/// <param name="Epochs">The epochs that are trained, with the part of the running one.</param>
public sealed record TrialProgress(long Trial, double Epochs);

/// <summary>The rows of workers, for people and for metrics. The only order in them is that to drain.</summary>
public interface IWorkerStore
{
    /// <summary>Adds the worker, or stores that it lives and what it does.</summary>
    Task SeenAsync(WorkerRecord worker, WorkerStatus status, CancellationToken cancellation = default);

    /// <summary>Stores that the worker ended or was found dead.</summary>
    Task GoneAsync(string name, CancellationToken cancellation = default);

    /// <summary>Orders the worker to drain; false when no worker of this name lives.</summary>
    Task<bool> DrainAsync(string name, CancellationToken cancellation = default);

    /// <summary>The workers that live and were ordered to drain.</summary>
    Task<IReadOnlyList<string>> DrainingAsync(CancellationToken cancellation = default);
}
