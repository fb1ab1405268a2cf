using Sweep.Domain.Programs;
using Sweep.Domain.Scheduling;
using Sweep.Domain.Sweeps;
using Sweep.Storage.Reading;

namespace Sweep.Client.Live;

/// <summary>The reason why no trial of a sweep runs although some wait, as far as it lies in the workers.</summary>
internal static class WaitingReason
{
    /// <summary>The reason for a sweep as it is now.</summary>
    /// <param name="isTrained">Whether one of its trials runs.</param>
    /// <returns>Null where none waits for a worker, one runs, or a worker could take one and is only busy.</returns>
    public static async Task<string?> FindAsync(
        SweepReader reader, SweepOverview sweep, bool isTrained, CancellationToken cancellation) =>
        sweep is { State: SweepState.Running, Queued: > 0 } && !isTrained
            ? Of(sweep.Spec.Demands, await reader.WorkersAsync(cancellation))
            : null;

    /// <returns>The reason in a few words; null when a worker could take a trial and is only busy.</returns>
    public static string? Of(ResourceSpec resources, IReadOnlyList<WorkerOverview> workers)
    {
        var alive = workers.Where(worker => worker.Alive).ToList();
        if (alive.Count == 0)
            return "no worker is alive; start one with `sweep silo`";
        var active = alive.Where(worker => worker.State == WorkerState.Active).ToList();
        if (active.Count == 0)
        {
            var first = alive[0];
            return $"no worker takes trials: {first.Name} is {first.State.ToString().ToLowerInvariant()}"
                + (first.Message is { } message ? $" ({message})" : "");
        }

        var needsPrograms = resources.Require?.Contains(ProgramSpec.WorkerLabel) == true;
        if (needsPrograms && !active.Exists(worker => worker.Labels.Contains(ProgramSpec.WorkerLabel)))
            return "no worker takes programs; start one with `sweep silo --programs`, or set SWEEP_PROGRAMS=true where it runs";
        var labelled = active.Where(worker => resources.Require?.All(worker.Labels.Contains) ?? true).ToList();
        if (labelled.Count == 0)
            return $"no worker has the labels {Named(resources)} (resources.require)";
        return labelled.Max(worker => worker.Devices.Count) is var most && most < resources.Slots
            ? $"a trial takes {resources.Slots} slots, and the largest worker has {most} (resources.slots)"
            : null;
    }
    private static string Named(ResourceSpec resources) =>
        string.Join(", ", resources.Require!.Where(label => label != ProgramSpec.WorkerLabel))
            + (resources.Require!.Contains(ProgramSpec.WorkerLabel) ? " and takes programs" : "");
}
