using Npgsql;
using Sweep.Domain.Scheduling;
using Sweep.Storage.Connections;

namespace Sweep.Storage;

/// <summary>The table <c>workers</c>.</summary>
public sealed class WorkerStore(NpgsqlDataSource source) : IWorkerStore
{
    public Task SeenAsync(WorkerRecord worker, WorkerStatus status, CancellationToken cancellation = default) => source.Statement(
        """
        insert into workers (name, host, process_id, devices, labels, busy, state, message, trials, trained)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (name) do update set
          host = excluded.host, process_id = excluded.process_id, devices = excluded.devices, labels = excluded.labels,
          busy = excluded.busy, state = excluded.state, message = excluded.message, trials = excluded.trials,
          trained = excluded.trained, seen_at = clock_timestamp(), gone_at = null
        """,
        worker.Name, worker.Host, worker.ProcessId, worker.Devices.ToArray(), worker.Labels.ToArray(), status.BusySlots,
        StoredName.Of(status.State), StorableText.OfMaybe(status.Message), Of(status, trial => trial.Trial),
        Of(status, trial => trial.Epochs)).ExecuteAsync(cancellation);

    public Task GoneAsync(string name, CancellationToken cancellation = default) => source.Statement(
        """
        update workers set gone_at = clock_timestamp(), busy = 0, trials = '{}', trained = '{}'
        where name = $1 and gone_at is null
        """,
        name).ExecuteAsync(cancellation);

    public async Task<bool> DrainAsync(string name, CancellationToken cancellation = default) =>
        await source.Statement("update workers set drain = true where name = $1 and gone_at is null", name).ExecuteAsync(cancellation) == 1;

    public Task<IReadOnlyList<string>> DrainingAsync(CancellationToken cancellation = default) =>
        source.Statement("select name from workers where drain and gone_at is null").RowsAsync(row => row.GetString(0), cancellation);

    private static T[] Of<T>(WorkerStatus status, Func<TrialProgress, T> value) => [.. status.Progress?.Select(value) ?? []];
}
