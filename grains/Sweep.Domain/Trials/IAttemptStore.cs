namespace Sweep.Domain.Trials;

/// <summary>One epoch on its way to the store.</summary>
/// <param name="Value">The value of the objective's metric.</param>
/// <param name="Score">The value with its sign set so that lower wins.</param>
public sealed record EpochRow(TrialId Trial, int Attempt, EpochReport Metrics, double Value, double Score);

/// <summary>A line of a trainer's log.</summary>
/// <param name="Line">From 1 within the attempt.</param>
public sealed record LogLine(TrialId Trial, int Attempt, int Line, DateTimeOffset At, string Text);

/// <param name="Epoch">Whole epochs that were trained before it.</param>
/// <param name="Step">Steps of the next epoch that were trained before it.</param>
/// <param name="Sha256">The hash of <paramref name="Data"/>, lower-case hexadecimal.</param>
public sealed record StoredCheckpoint(int Attempt, int Epoch, int Step, string Sha256, byte[] Data)
{
    /// <summary>
    /// The most bytes of a checkpoint. PostgreSQL could store twice as many, but a backup writes each byte as two digits, of which it
    /// takes a gigabyte (2³⁰) at once: a single larger value would leave the whole database without backups.
    /// </summary>
    public const int MostBytes = 520_000_000;
}

/// <summary>Where an attempt trains.</summary>
/// <param name="WentOnFrom">The attempt whose checkpoint it goes on from; null where it begins afresh.</param>
public sealed record EnvironmentRow(TrialId Trial, int Attempt, int? WentOnFrom, AttemptEnvironment Environment);

/// <summary>
/// Stores what a worker writes while an attempt runs. Everything that an older attempt writes is refused. Every call may be repeated.
/// </summary>
public interface IAttemptStore
{
    /// <summary>
    /// Stores epochs, and the best and the last of them in the rows of their trials, in one statement. A later attempt replaces the epochs
    /// that it repeats.
    /// </summary>
    /// <returns>
    /// The trials whose attempt in <paramref name="rows"/> is not the running one, or whose earlier epochs are not stored (any more).
    /// Nothing of these trials was stored.
    /// </returns>
    Task<IReadOnlyList<TrialId>> WriteEpochsAsync(IReadOnlyList<EpochRow> rows, CancellationToken cancellation = default);

    /// <summary>How long the trial was queued before this attempt was leased; null when it was not.</summary>
    Task<TimeSpan?> WaitedAsync(TrialId trial, int attempt, CancellationToken cancellation = default);

    /// <summary>Replaces the trial's checkpoint.</summary>
    /// <returns>False when the attempt is not the running one, or the epochs before the checkpoint are not stored (any more).</returns>
    Task<bool> WriteCheckpointAsync(TrialId trial, StoredCheckpoint checkpoint, CancellationToken cancellation = default);

    /// <exception cref="InvalidDataException">The stored bytes do not have the stored hash.</exception>
    Task<StoredCheckpoint?> ReadCheckpointAsync(TrialId trial, CancellationToken cancellation = default);

    /// <summary>Frees the checkpoints of finished trials of the sweep that are not among its best <paramref name="keep"/>.</summary>
    /// <returns>The trials whose checkpoint the database refuses to free, each with its error. The others' are freed.</returns>
    Task<IReadOnlyDictionary<TrialId, Exception>> FreeCheckpointsAsync(int sweep, int keep, CancellationToken cancellation = default);

    /// <summary>Stores where an attempt trains, once: what is stored of the attempt already stays.</summary>
    /// <returns>False when the attempt is not the trial's newest one.</returns>
    Task<bool> WriteEnvironmentAsync(EnvironmentRow row, CancellationToken cancellation = default);

    Task WriteLogAsync(IReadOnlyList<LogLine> lines, CancellationToken cancellation = default);
}
