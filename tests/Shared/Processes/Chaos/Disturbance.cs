namespace Sweep.Processes.Chaos;

/// <summary>A disturbance of a process. It lasts from its construction until it is disposed of.</summary>
/// <param name="silo">The silo that is disturbed or whose trainer is; null for PostgreSQL.</param>
public sealed class Disturbance(ChaosAct act, string? silo, DateTimeOffset from, TimeProvider time) : IDisposable
{
    public ChaosAct Act => act;

    public string? Silo => silo;

    public DateTimeOffset From => from;

    /// <summary>The end of the disturbance; the largest possible time while it lasts.</summary>
    public DateTimeOffset Until { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>
    /// Whether the disturbance may delay an order to this worker. The scheduler runs on one silo and is found through a directory that is
    /// spread over all silos, so the loss of any silo may delay its calls. A disturbed trainer only affects its own silo.
    /// </summary>
    public bool Delays(string? worker) => act.Victim != ChaosVictim.Trainer || silo == worker;

    /// <summary>Whether the disturbance overlaps the time from <paramref name="since"/> to <paramref name="until"/>.</summary>
    public bool Overlaps(DateTimeOffset since, DateTimeOffset until) => from <= until && Until >= since;

    public void Dispose()
    {
        if (Until == DateTimeOffset.MaxValue)
            Until = time.GetUtcNow();
    }
}
