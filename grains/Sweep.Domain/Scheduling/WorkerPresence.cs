namespace Sweep.Domain.Scheduling;

/// <summary>
/// Decides which workers are gone: those that were declared dead, and those that are not in the membership and have not called for a while.
/// A worker may call before this silo has read that its silo joined, so one that is not in the membership yet need not be dead.
/// </summary>
/// <param name="patience">How long after its last call a worker that is not in the membership counts as alive.</param>
public sealed class WorkerPresence(TimeSpan patience)
{
    private readonly Dictionary<string, DateTimeOffset> _heard = [];

    /// <summary>Records a call of the worker.</summary>
    public void Heard(string worker, DateTimeOffset now) => _heard[worker] = now;

    /// <param name="members">The workers in the membership, and whether they live.</param>
    public bool IsGone(string worker, IReadOnlyDictionary<string, bool> members, DateTimeOffset now) =>
        members.TryGetValue(worker, out var lives) ? !lives : !_heard.TryGetValue(worker, out var heard) || now - heard > patience;

    /// <summary>Forgets the workers whose last call is so long ago that it makes no difference any more.</summary>
    public void Forget(DateTimeOffset now)
    {
        foreach (var worker in _heard.Where(pair => now - pair.Value > patience).Select(pair => pair.Key).ToArray())
            _heard.Remove(worker);
    }
}
