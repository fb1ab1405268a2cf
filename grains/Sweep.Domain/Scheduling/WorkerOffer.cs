using Sweep.Domain.Sweeps;

namespace Sweep.Domain.Scheduling;

/// <summary>What a worker offers when it asks for trials.</summary>
/// <param name="Worker">The worker's name.</param>
/// <param name="FreeSlots">The slots that trials may take now; at most <paramref name="Slots"/>.</param>
/// <param name="Slots">All slots of the worker, busy or free.</param>
/// <param name="Labels">The labels that it was given at its start, such as <c>gpu=h200</c>.</param>
public sealed record WorkerOffer(string Worker, int FreeSlots, int Slots, IReadOnlyCollection<string> Labels)
{
    /// <summary>Whether a trial with these demands could ever run here, once enough slots are free.</summary>
    public bool Suits(ResourceSpec resources) => resources.Slots <= Slots && (resources.Require?.All(Labels.Contains) ?? true);
}
