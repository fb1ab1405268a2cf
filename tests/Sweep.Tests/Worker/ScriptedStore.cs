using System.Collections.Concurrent;
using Npgsql;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Worker;

/// <summary>A store that refuses the rows that a test names. As in PostgreSQL, one such row makes its whole statement fail.</summary>
internal sealed class ScriptedStore : IAttemptStore
{
    public ConcurrentQueue<EpochRow> Epochs { get; } = new();

    public ConcurrentQueue<StoredCheckpoint> Checkpoints { get; } = new();

    public ConcurrentQueue<LogLine> Lines { get; } = new();

    public ConcurrentQueue<EnvironmentRow> Environments { get; } = new();

    /// <summary>
    /// Returns the error of a row; null for none. Rows are <see cref="EpochRow"/>, <see cref="StoredCheckpoint"/>,
    /// <see cref="EnvironmentRow"/> and <see cref="LogLine"/>.
    /// </summary>
    public Func<object, Exception?> Wrong { get; set; } = _ => null;

    public int Statements { get; private set; }

    public static PostgresException Error(string sqlState, string message = "refused here") => new(message, "ERROR", "ERROR", sqlState);

    public Task<IReadOnlyList<TrialId>> WriteEpochsAsync(IReadOnlyList<EpochRow> rows, CancellationToken cancellation)
    {
        Write(rows, Epochs);
        return Task.FromResult<IReadOnlyList<TrialId>>([]);
    }

    public Task<bool> WriteCheckpointAsync(TrialId trial, StoredCheckpoint checkpoint, CancellationToken cancellation)
    {
        Write([checkpoint], Checkpoints);
        return Task.FromResult(true);
    }

    public Task WriteLogAsync(IReadOnlyList<LogLine> lines, CancellationToken cancellation)
    {
        Write(lines, Lines);
        return Task.CompletedTask;
    }

    public Task<bool> WriteEnvironmentAsync(EnvironmentRow row, CancellationToken cancellation)
    {
        Write([row], Environments);
        return Task.FromResult(true);
    }

    public Task<TimeSpan?> WaitedAsync(TrialId trial, int attempt, CancellationToken cancellation) => Task.FromResult<TimeSpan?>(null);

    public Task<StoredCheckpoint?> ReadCheckpointAsync(TrialId trial, CancellationToken cancellation) =>
        Task.FromResult(Checkpoints.LastOrDefault());

    public Task<IReadOnlyDictionary<TrialId, Exception>> FreeCheckpointsAsync(int sweep, int keep, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyDictionary<TrialId, Exception>>(new Dictionary<TrialId, Exception>());

    private void Write<T>(IReadOnlyList<T> rows, ConcurrentQueue<T> table)
        where T : notnull
    {
        Statements++;
        if (rows.Select(row => Wrong(row)).FirstOrDefault(error => error is not null) is { } error)
            throw error;
        foreach (var row in rows)
            table.Enqueue(row);
    }
}
