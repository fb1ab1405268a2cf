using System.Globalization;

namespace Sweep.Processes.Chaos;

/// <summary>
/// A record of what was done to a cluster and when, by the clock of this machine, which is also the database's clock. It also measures how
/// long this process waits for a processor. The silos wait about as long, so the time limits that they must keep are extended by it.
/// </summary>
public sealed class ChaosJournal(Action<string> say, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Time between two renewals of a worker's leases. A worker receives orders with the answer to a renewal.</summary>
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// Time that an order may take in addition to a renewal, on a machine whose two cores are both training: a call to the scheduler, a
    /// call to the worker, the current training step, and calls that a dead silo did not answer.
    /// </summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan Pulse = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly List<(DateTimeOffset At, string Text)> _lines = [];
    private readonly List<Disturbance> _disturbances = [];
    private readonly List<(DateTimeOffset At, TimeSpan Late)> _late = [];
    private readonly CancellationTokenSource _over = new();
    private readonly DateTimeOffset _started = time.GetUtcNow();
    private Task _beating = Task.CompletedTask;

    public DateTimeOffset Now => time.GetUtcNow();

    public IReadOnlyList<Disturbance> Disturbances
    {
        get
        {
            lock (_gate)
                return [.. _disturbances];
        }
    }

    /// <summary>Begins to measure how long this process waits for a processor.</summary>
    public void Start() => _beating = BeatAsync();

    public void Say(string text)
    {
        var now = Now;
        lock (_gate)
            _lines.Add((now, text));
        say(Line(now, text));
    }

    /// <summary>Records the start of a disturbance of a process.</summary>
    /// <returns>The disturbance, which must be disposed of when it is over.</returns>
    public Disturbance Begin(ChaosAct act, string? silo, string text)
    {
        var disturbance = new Disturbance(act, silo, Now, time);
        lock (_gate)
            _disturbances.Add(disturbance);
        Say(text);
        return disturbance;
    }

    /// <summary>Returns the recorded lines of the time before a moment, merged with other lines, in the order of their times.</summary>
    public IReadOnlyList<string> Before(DateTimeOffset moment, TimeSpan span, IEnumerable<(DateTimeOffset At, string Text)> others)
    {
        lock (_gate)
        {
            var lines = _lines.Where(line => line.At <= moment && line.At >= moment - span).Concat(others).OrderBy(line => line.At);
            return [.. lines.Select(line => Line(line.At, line.Text))];
        }
    }

    /// <summary>
    /// The time by which an order that was answered at <paramref name="answered"/> must have reached a worker. It is a renewal and a margin
    /// later, and later still while the worker, the scheduler's way to it or the database is disturbed.
    /// </summary>
    /// <param name="isDrain">Whether the order drains the worker. The worker's end then does not count as a disturbance.</param>
    public DateTimeOffset Settled(DateTimeOffset answered, string? worker, bool isDrain = false)
    {
        var settled = answered + Renewal + Margin + Late(answered, answered + Renewal + Margin);
        foreach (var disturbance in Disturbances.Where(disturbance => disturbance.Delays(worker)).OrderBy(disturbance => disturbance.From))
        {
            if (isDrain && disturbance.Silo == worker && disturbance.Act.Deed == ChaosDeed.Drain)
                continue;
            if (!disturbance.Overlaps(answered, settled) || disturbance.Until + Margin <= settled)
                continue;
            settled = disturbance.Until == DateTimeOffset.MaxValue
                ? DateTimeOffset.MaxValue
                : disturbance.Until + Margin + Late(disturbance.Until, disturbance.Until + Margin);
        }

        return settled;
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _beating;
        _over.Dispose();
    }

    /// <summary>Twice the longest time that this process waited for a processor, since a silo has more to do than this process.</summary>
    private TimeSpan Late(DateTimeOffset since, DateTimeOffset until)
    {
        lock (_gate)
            return 2 * _late.Where(late => late.At >= since && late.At - late.Late <= until)
                .Select(late => late.Late)
                .DefaultIfEmpty()
                .Max();
    }

    private async Task BeatAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            var started = time.GetTimestamp();
            await Task.Delay(Pulse, time, _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (time.GetElapsedTime(started) - Pulse is var late && late > Pulse)
            {
                lock (_gate)
                    _late.Add((Now, late));
            }
        }
    }

    private string Line(DateTimeOffset at, string text) =>
        string.Create(CultureInfo.InvariantCulture, $"{(at - _started).TotalSeconds,8:0.0} s  {text}");
}
