using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Domain.Scheduling;

/// <summary>The waiting trials of one sweep, lowest number first, and how many of its trials run.</summary>
internal sealed class SweepQueue(int sweep)
{
    private readonly SortedSet<int> _waiting = [];

    /// <summary>The newest attempt of each waiting trial that has had one.</summary>
    private readonly Dictionary<int, int> _attempts = [];

    public int Sweep { get; } = sweep;

    public ResourceSpec Resources { get; set; } = new();

    /// <summary>False while the sweep is paused or over. Trials that come back are then not queued again.</summary>
    public bool Open { get; set; }

    public int Running { get; set; }

    public int Waiting => _waiting.Count;

    /// <summary>The worker that keeps its free slots until they are enough for a trial of this sweep.</summary>
    public string? ReservedFor { get; set; }

    /// <summary>Whether a trial may start as soon as a worker has the slots and labels for it.</summary>
    public bool CanStart => Open && _waiting.Count > 0 && (Resources.MaxConcurrent is not { } most || Running < most);

    /// <param name="attempt">The newest attempt of the trial; 0 before the first.</param>
    public void Add(int number, int attempt)
    {
        _waiting.Add(number);
        if (attempt > 0)
            _attempts[number] = attempt;
    }

    public void Remove(int number)
    {
        _waiting.Remove(number);
        _attempts.Remove(number);
    }

    public void Clear()
    {
        _waiting.Clear();
        _attempts.Clear();
    }

    /// <summary>Whether the trial waits here and this is its next attempt.</summary>
    public bool IsNext(AttemptId attempt) =>
        _waiting.Contains(attempt.Trial.Number) && attempt.Attempt == _attempts.GetValueOrDefault(attempt.Trial.Number) + 1;

    /// <summary>Takes the trial of the lowest number out, for its next attempt.</summary>
    public AttemptId Take()
    {
        var number = _waiting.Min;
        var next = new AttemptId(new(Sweep, number), _attempts.GetValueOrDefault(number) + 1);
        Remove(number);
        return next;
    }
}
