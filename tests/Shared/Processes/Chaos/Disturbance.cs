namespace Sweep.Processes.Chaos;

/// <summary>Something that was done to a process, from its beginning until all is as before; then it is disposed.</summary>
/// <param name="silo">The silo that was hit, or whose trainer was; null for PostgreSQL.</param>
public sealed class Disturbance(ChaosAct act, string? silo, DateTimeOffset from, TimeProvider time) : IDisposable
{
    public ChaosAct Act => act;

    public string? Silo => silo;

    public DateTimeOffset From => from;

    /// <summary>The end of time as long as it is not over.</summary>
    public DateTimeOffset Until { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>
    /// Whether an order to this worker may come late by it. The scheduler lives on one silo and is found through a directory that lies on all
    /// of them, so that the loss of any silo may move it; a trainer's trouble is its own silo's.
    /// </summary>
    public bool Delays(string? worker) => act.Victim != ChaosVictim.Trainer || silo == worker;

    /// <summary>Whether it touches the time from <paramref name="since"/> to <paramref name="until"/>.</summary>
    public bool Overlaps(DateTimeOffset since, DateTimeOffset until) => from <= until && Until >= since;

    public void Dispose()
    {
        if (Until == DateTimeOffset.MaxValue)
            Until = time.GetUtcNow();
    }
}
