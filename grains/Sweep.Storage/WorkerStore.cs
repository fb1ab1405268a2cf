using Npgsql;
using Sweep.Domain.Scheduling;

namespace Sweep.Storage;

/// <summary>The table <c>workers</c>.</summary>
public sealed class WorkerStore(NpgsqlDataSource source) : IWorkerStore
{
    public Task SeenAsync(WorkerRecord worker, int busySlots, CancellationToken cancellation = default) => source.Statement(
        """
        insert into workers (name, host, process_id, devices, busy) values ($1, $2, $3, $4, $5)
        on conflict (name) do update set devices = excluded.devices, busy = excluded.busy, seen_at = clock_timestamp(), gone_at = null
        """,
        worker.Name, worker.Host, worker.ProcessId, worker.Devices.ToArray(), busySlots).ExecuteAsync(cancellation);

    public Task GoneAsync(string name, CancellationToken cancellation = default) => source.Statement(
        "update workers set gone_at = clock_timestamp(), busy = 0 where name = $1 and gone_at is null", name).ExecuteAsync(cancellation);
}
