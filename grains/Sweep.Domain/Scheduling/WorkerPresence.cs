namespace Sweep.Domain.Scheduling;

/// <summary>
/// Who is gone: a worker that was declared dead, and one that the membership does not know and that has said nothing for a while. A silo asks for trials
/// before every other one has read that it joined, so that not to be known yet is no death.
/// </summary>
/// <param name="patience">How long a worker that the membership does not know is believed to live after it spoke.</param>
public sealed class WorkerPresence(TimeSpan patience)
{
    private readonly Dictionary<string, DateTimeOffset> _heard = [];

    /// <summary>The worker asked for something.</summary>
    public void Heard(string worker, DateTimeOffset now) => _heard[worker] = now;

    /// <param name="members">The workers that the membership knows, and whether they live.</param>
    public bool IsGone(string worker, IReadOnlyDictionary<string, bool> members, DateTimeOffset now) =>
        members.TryGetValue(worker, out var lives) ? !lives : !_heard.TryGetValue(worker, out var heard) || now - heard > patience;

    /// <summary>Forgets those who have said nothing for so long that it makes no difference any more.</summary>
    public void Forget(DateTimeOffset now)
    {
        foreach (var worker in _heard.Where(pair => now - pair.Value > patience).Select(pair => pair.Key).ToArray())
            _heard.Remove(worker);
    }
}
